import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { copyData, dropStore, isOnPostgres, storeEnvironment, valueIn } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Check } from '../src/doctor/check.ts';
import { attestry, type CliResult } from './cli-process.ts';
import { TestServer } from './running-server.ts';

/** A byte that SQLite keeps for the user: the schema version ends there. */
const SCHEMA_VERSION_OFFSET = 63;

describe('doctor', () => {
  const server = TestServer.shared();
  let older: string;

  beforeAll(async () => {
    await server.record({ type: 'doctor.test' });
    await server.stop();
    older = join(server.folder, 'older');
    await copyData(server.dataDir, older);
    await server.restart();
    await server.record({ type: 'doctor.test' });
  });
  afterAll(() => dropStore(older));

  /** A copy of the stopped folder, as it was before the last event, and of its database. */
  async function copy(name: string): Promise<string> {
    const folder = join(server.folder, name);
    await copyData(older, folder);
    onTestFinished(() => dropStore(folder));
    return folder;
  }

  /** Runs doctor on a folder, and tells it of the folder's database. */
  async function doctor(
    folder: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<CliResult> {
    return attestry(['doctor', '--data', folder, ...args], {
      env: { ...(await storeEnvironment(folder)), ...env },
    });
  }

  async function failures(
    folder: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<readonly Check[]> {
    const result = await doctor(folder, ['--json', ...args], env);
    const { ok, checks } = JSON.parse(result.stdout) as { ok: boolean; checks: readonly Check[] };
    const failed = checks.filter((check) => check.result === 'fail');
    expect({ ok, exitCode: result.exitCode }).toEqual({
      ok: failed.length === 0,
      exitCode: failed.length === 0 ? 0 : 1,
    });
    // The tests' user of PostgreSQL is its superuser, of which it warns.
    return checks.filter((check) => check.result !== 'ok' && !(isOnPostgres() && check.name === 'database'));
  }

  /** Has the logs of a folder look as if a later version had changed their tables. */
  async function makeNewer(folder: string): Promise<void> {
    const { ATTESTRY_STORE: url } = await storeEnvironment(folder);
    if (url === undefined)
      writeSync(openSync(join(folder, 'ledger.db'), 'r+'), Buffer.from([99]), 0, 1, SCHEMA_VERSION_OFFSET);
    else
      await valueIn(
        url,
        "INSERT INTO attestry.schema_migrations (version, name, sha256) VALUES (99, '99_later', '')",
      );
  }

  it('finds a running server well, by the folder named with --data', async () => {
    const result = await doctor(server.dataDir, ['--json']);
    const { checks } = JSON.parse(result.stdout) as { checks: readonly Check[] };
    expect(
      checks.filter((check) => check.result !== 'ok' && !(isOnPostgres() && check.name === 'database')),
    ).toEqual([]);
    expect(checks.find((check) => check.name === 'lock')?.detail).toMatch(/^held by process \d+ on /);
    expect(checks.map((check) => check.name)).toEqual(
      expect.arrayContaining([
        'node',
        'clock',
        'configuration',
        'disk',
        'data folder',
        'logs',
        'server',
        'clocks',
      ]),
    );
    expect(checks.map((check) => check.name)).toEqual(
      expect.arrayContaining(['store', 'search', 'queue', 'key', 'checkpoint']),
    );
  });

  it('says ROLLBACK of a database restored from an older copy, and the two ways on', async () => {
    const folder = await copy('rolled-back');
    await expect
      .poll(() => readFileSync(join(server.dataDir, 'last-seen.json'), 'utf8'), { timeout: 10_000 })
      .not.toBe(readFileSync(join(older, 'last-seen.json'), 'utf8'));
    cpSync(join(server.dataDir, 'last-seen.json'), join(folder, 'last-seen.json'));
    const [check] = await failures(folder);
    expect(check).toMatchObject({ name: 'data folder', result: 'fail' });
    expect(check?.detail).toMatch(/^ROLLBACK: .*\(1\) bring back the newer copy.*\(2\) .*--accept-rollback/);
    const text = await doctor(folder, []);
    expect(text.stdout).toMatch(/FAIL {2}data folder +ROLLBACK/);
  });

  it('says that the schema is newer, that a folder is not ours, that a key is not the one', async () => {
    const newer = await copy('newer');
    await makeNewer(newer);
    expect((await failures(newer))[0]?.detail).toMatch(
      /schema version 99.*start the newer release|migration 99_later.*use the version that made it/,
    );
    const foreign = join(server.folder, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'notes.txt'), 'mine');
    expect((await failures(foreign))[0]?.detail).toContain('is not a data folder of Attestry');
    const otherKey = await copy('other-key');
    writeFileSync(join(otherKey, 'master.key'), `${'ab'.repeat(32)}\n`);
    expect((await failures(otherKey))[0]?.detail).toContain('the master key is not the one');
  });

  it('warns of a lock left behind and of a lost memory', async () => {
    const folder = await copy('left-behind');
    writeFileSync(
      join(folder, 'lock'),
      '{"pid":1,"host":"elsewhere","started_at":"2026-01-01T00:00:00.000Z"}',
    );
    rmSync(join(folder, 'last-seen.json'));
    const checks = await failures(folder);
    const named = (name: string): Check | undefined => checks.find((check) => check.name === name);
    expect(named('lock')).toMatchObject({
      result: 'warn',
      detail: expect.stringMatching(/process 1 on elsewhere.*gone/),
    });
    expect(named('last-seen.json')).toMatchObject({ result: 'warn' });
  });

  it('says that no server answers, that the key is wrong, that the configuration has mistakes', async () => {
    const dead = await failures(server.dataDir, ['--url', 'http://127.0.0.1:1', '--key', 'x']);
    expect(dead).toMatchObject([
      { name: 'server', result: 'fail', todo: expect.stringContaining('running there') },
    ]);
    const wrong = await failures(server.dataDir, ['--key', 'att_live_wrong']);
    expect(wrong).toMatchObject([{ name: 'key', result: 'fail', detail: expect.stringContaining('401') }]);
    const misspelt = await failures(server.dataDir, [], { ATTESTRY_PROT: '1' });
    expect(misspelt).toMatchObject([
      { name: 'configuration', detail: expect.stringContaining('ATTESTRY_PORT') },
    ]);
    const nothing = await failures(join(server.folder, 'nothing'));
    expect(nothing.map(({ name, result }) => `${name} ${result}`)).toEqual([
      'data folder warn',
      'server warn',
    ]);
  });

  it('says that the disk is full', async (context) => {
    const disk = join(server.folder, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]).status !== 0)
      return context.skip('no right to mount a tmpfs');
    onTestFinished(() => void spawnSync('umount', [disk]));
    const folder = join(disk, 'data');
    await copyData(older, folder);
    onTestFinished(() => dropStore(folder));
    expect(await failures(folder)).toMatchObject([
      { name: 'disk', result: 'fail', todo: expect.stringContaining('full disk') },
    ]);
    expect(() => writeFileSync(join(disk, 'ballast'), Buffer.alloc(9_000_000))).toThrow('ENOSPC');
    const refused = await attestry(['serve', '--data', folder, '--port', '0'], {
      env: await storeEnvironment(folder),
    });
    expect(refused.stderr).toMatch(/cannot be locked .*full/);
    expect(refused.exitCode).toBe(2);
  });
});
