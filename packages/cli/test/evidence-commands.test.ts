import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeStoredText, dropStore, isOnPostgres, storeEnvironment } from '@attestry/testkit';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { flipByte } from '../src/demo/flip-byte.ts';
import { attestry } from './cli-process.ts';
import { TestServer } from './running-server.ts';

const embeddedOnly = isOnPostgres() ? ' (skipped: search.db is of the embedded store)' : '';

describe('evidence from a real server', () => {
  const server = TestServer.shared();
  let eventId: string;

  beforeAll(async () => {
    const event = { type: 'document.viewed', action: { status: 'success' } };
    const receipt = await server.record(event);
    eventId = receipt.id;
  });

  it('finds nothing in a log that nobody changed', async () => {
    const result = await server.run(['verify']);
    expect(result.stdout).toContain('nothing was changed');
    expect(result.exitCode).toBe(0);
    expect(await server.run(['verify', '--from', '5', '--to', '5'])).toMatchObject({ exitCode: 2 });
    for (const range of [
      ['--from', '0', '--to', '1'],
      ['--from', '1', '--to', '2'],
      ['--from', '1'],
    ])
      expect([range, (await server.run(['verify', ...range])).exitCode]).toEqual([range, 0]);
  });

  it('trap 1: a folder that cannot be read is a report with a finding, never a pass', async () => {
    const empty = mkdtempSync(join(server.folder, 'empty-'));
    const damaged = mkdtempSync(join(server.folder, 'damaged-'));
    server.copyTo(damaged);
    // Of a database: one that is empty.
    const env = await storeEnvironment(damaged);
    onTestFinished(() => dropStore(damaged));
    if (!isOnPostgres()) truncateSync(join(damaged, 'ledger.db'), 50);
    for (const folder of [join(server.folder, 'nowhere'), empty, damaged]) {
      const result = await attestry(['verify', '--data', folder, '--json'], { env });
      expect(result).toMatchObject({ exitCode: 1, stderr: '' });
      const told: unknown = JSON.parse(result.stdout);
      const report = { ok: false, size: 0, findings: [{ code: 'UNREADABLE' }], findings_total: 1 };
      expect(told).toMatchObject({ ok: false, reports: [report] });
      const text = await attestry(['verify', '--data', folder], { env });
      expect(text).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('UNREADABLE') });
    }
    const absent = await attestry(['verify', '--data', server.dataDir, '--tenant', 'nobody', '--json']);
    expect(absent.exitCode).toBe(1);
    expect(JSON.parse(absent.stdout)).toMatchObject({ ok: false });
  });

  it('has one shape for a folder, whatever part of it and how deep', async () => {
    for (const tenant of [[], ['--tenant', 'default']]) {
      for (const depth of ['full', 'columns', 'seals', 'records']) {
        const words = ['--data', server.dataDir, ...tenant, '--depth', depth];
        const told = await server.json<{ ok: boolean; reports: { checked: { columns: number } }[] }>(
          ...['verify', ...words],
        );
        expect([words, told.ok, told.reports.length]).toEqual([words, true, tenant.length === 0 ? 2 : 1]);
        const hasColumns = depth === 'full' || depth === 'columns';
        expect(told.reports.every(({ checked }) => checked.columns > 0 === hasColumns)).toBe(true);
      }
    }
    for (const depth of ['full', 'columns', 'seals', 'records'])
      expect(await server.json('verify', '--depth', depth)).toMatchObject({ ok: true, findings: [] });
    expect(await server.run(['verify', '--depth', 'all'])).toMatchObject({ exitCode: 2 });
  });

  it.skipIf(embeddedOnly !== '')(
    `says in a notice that the search index was not compared${embeddedOnly}`,
    async () => {
      const copy = mkdtempSync(join(server.folder, 'copy-'));
      server.copyTo(copy);
      for (const name of ['search.db', 'search.db-wal', 'search.db-shm'])
        rmSync(join(copy, name), { force: true });
      const words = ['verify', '--data', copy, '--tenant', 'default'];
      const told = await attestry([...words, '--json']);
      expect(told).toMatchObject({ exitCode: 0, stderr: '' });
      expect(JSON.parse(told.stdout)).toMatchObject({
        ok: true,
        reports: [
          {
            ok: true,
            findings: [],
            notices: expect.arrayContaining([expect.objectContaining({ code: 'SEARCH_PROJECTION', seq: 0 })]),
          },
        ],
      });
      const text = await attestry(words);
      expect(text).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/notice +seq 0: the search index was not compared/),
      });
    },
  );

  it('names what was changed, and where, online and on the files', async () => {
    const damaged = await TestServer.start();
    try {
      const event = { type: 'document.viewed', action: { status: 'failure' } };
      const receipt = await damaged.record(event);
      for (let more = 0; more < 3; more += 1) await damaged.json('capture', '--type', 'a.b', '--actor', 'x');
      await damaged.stop();
      if (isOnPostgres()) await changeStoredText(damaged.dataDir, '"failure"', '"failurd"');
      else await flipByte(damaged.dataDir, receipt.id);
      const files = await damaged.run(['verify', '--data', damaged.dataDir, '--tenant', 'default']);
      expect(files.exitCode).toBe(1);
      expect(files.stdout).toMatch(/✘ \d+ finding/);
      expect(files.stdout).toContain(`seq ${receipt.seq}`);
      await damaged.restart();
      const online = await damaged.run(['verify', '--json']);
      expect(online.exitCode).toBe(1);
      const report = JSON.parse(online.stdout) as { ok: boolean; findings: { seq?: number }[] };
      expect(report.ok).toBe(false);
      expect(report.findings.map((finding) => finding.seq)).toContain(receipt.seq);
    } finally {
      await damaged.remove();
    }
  });

  it('prints the signed note as it was published', async () => {
    const { stdout, exitCode } = await server.run(['checkpoint']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\S+\/t\/default\n\d+\n[A-Za-z0-9+/=]+\n\n— \S+\/t\/default \S+\n$/);
    expect(await server.run(['checkpoint', '--list'])).toMatchObject({ exitCode: 0 });
    expect(await server.run(['checkpoint', 'yesterday'])).toMatchObject({ exitCode: 2 });
    expect(await server.run(['checkpoint', '999999999'])).toMatchObject({ exitCode: 1 });
  });

  it('gives evidence that is checked without the server', async () => {
    const [proof, record] = [join(server.folder, 'event.proof'), join(server.folder, 'event.record')];
    const fetched = await server.run(['proof', eventId, '--out', proof, '--record', record]);
    expect(fetched).toMatchObject({ exitCode: 0 });
    const { tenants } = await server.json<{ tenants: { id: string; vkey: string }[] }>('tenants', 'list');
    const vkey = tenants.find((tenant) => tenant.id === 'default')?.vkey ?? '';
    const check = (file: string) => attestry(['proof', '--check', proof, '--record', file, '--vkey', vkey]);
    expect(await check(record)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('proven') });
    const forged = join(server.folder, 'forged.record');
    writeFileSync(forged, readFileSync(record, 'utf8').replace('"success"', '"failure"'));
    expect(await check(forged)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('not proven'),
    });
    const checkWith = (key: string) =>
      attestry(['proof', '--check', proof, '--record', record, '--vkey', key]);
    for (const bad of ['bad', 'x+00000000+AQ=='])
      expect(await checkWith(bad)).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining(`--vkey ${bad}`),
      });
    const otherKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect(await checkWith(otherKey)).toMatchObject({ exitCode: 1 });
  });
});
