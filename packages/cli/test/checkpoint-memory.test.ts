import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerificationReport } from '@attestry/core';
import { copyData, dropStore, restoreStore } from '@attestry/testkit';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { TestServer } from './running-server.ts';

describe('verify against a server, by somebody who has seen its log before', () => {
  let server: TestServer;
  let memory: string;

  beforeEach(async () => {
    server = await TestServer.start();
    memory = join(server.folder, 'state', 'attestry', 'checkpoints.json');
  });
  afterEach(() => server.remove());

  async function verify(
    ...words: readonly string[]
  ): Promise<readonly [exitCode: number | null, codes: string]> {
    const { exitCode, stdout } = await server.run(['verify', '--json', ...words]);
    const told = JSON.parse(stdout) as
      | VerificationReport
      | { readonly reports: readonly VerificationReport[] };
    const reports = 'reports' in told ? told.reports : [told];
    expect(told).toMatchObject({ ok: exitCode === 0 });
    for (const report of reports) expect(report.findings_total).toBe(report.findings.length);
    const findings = reports.flatMap((report) => report.findings);
    return [exitCode, findings.map((finding) => finding.code).join(' ')];
  }

  async function record(count: number): Promise<void> {
    const events = Array.from({ length: count }, () => ({ type: 'memory.test' }));
    const { receipts } = await server.api<{ receipts: readonly { seq: number }[] }>('/v1/events', {
      method: 'POST',
      body: JSON.stringify({ events }),
    });
    const seq = receipts.at(-1)?.seq ?? 0;
    const signed = async (): Promise<number> =>
      (await server.api<{ size: number }>('/v1/checkpoints/latest')).size;
    await expect.poll(signed, { timeout: 20_000 }).toBeGreaterThan(seq);
  }

  /** A copy of the data as it is now. */
  async function copyAside(): Promise<string> {
    await server.stop();
    const older = join(server.folder, 'older');
    await copyData(server.dataDir, older);
    onTestFinished(() => dropStore(older));
    await server.restart();
    return older;
  }

  it('remembers, for the user alone, and is content with a log that goes on', async () => {
    await record(3);
    const first = await server.run(['verify']);
    expect(first).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('first sight of') });
    expect(statSync(memory).mode & 0o777).toBe(0o600);
    const seen = readFileSync(memory, 'utf8');
    await record(300);
    expect(await server.run(['verify'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(memory, 'utf8')).not.toBe(seen);
    rmSync(memory);
    expect(await verify('--no-remember')).toEqual([0, '']);
    expect(() => statSync(memory)).toThrow('ENOENT');
    writeFileSync(memory, '{}');
    expect(await server.run(['verify'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('damaged'),
    });
  });

  it('finds a rollback, and a fork, that the server knows nothing of (trap 10)', async () => {
    await record(3);
    const older = await copyAside();
    await record(5);
    expect(await verify()).toEqual([0, '']);
    const seen = readFileSync(memory, 'utf8');
    await server.stop();
    // What an operator does who wants an older state to be the truth: the database, and the server's own memory.
    await restoreStore(older, server.dataDir);
    cpSync(join(older, 'last-seen.json'), join(server.dataDir, 'last-seen.json'));
    await server.restart();
    expect(await verify('--no-remember')).toEqual([0, '']);
    expect(await verify()).toEqual([1, 'ROLLBACK']);
    await record(9);
    expect(await verify()).toEqual([1, 'FORK_FROM_LAST_SEEN']);
    expect(readFileSync(memory, 'utf8')).toBe(seen);
  });

  it('finds a rollback that the operator accepted, until its key is named by hand', async () => {
    await record(2);
    const older = await copyAside();
    await record(5);
    expect(await verify()).toEqual([0, '']);
    await server.stop();
    await restoreStore(older, server.dataDir);
    await server.restart({}, ['--accept-rollback']);
    await record(1);
    expect(await verify()).toEqual([1, 'ROLLBACK']);
    const vkey = await vkeyOf('default');
    expect(vkey).toContain('/t/default/g2+');
    expect(await verify('--vkey', vkey)).toEqual([0, '']);
    expect(await verify()).toEqual([0, '']);
  });

  async function vkeyOf(tenant: string): Promise<string> {
    return (await server.api<{ vkey: string }>(`/v1/tenants/${tenant}`)).vkey;
  }

  it('holds server and folder to a key that is named on the command line', async () => {
    await record(1);
    const vkey = await vkeyOf('default');
    const other = await TestServer.start({ ATTESTRY_LOG_NAME: vkey.slice(0, vkey.indexOf('/t/')) });
    const { vkey: forged } = await other.api<{ vkey: string }>('/v1/tenants/default');
    await other.remove();
    expect(await verify('--vkey', vkey)).toEqual([0, '']);
    expect(await verify('--vkey', forged)).toEqual([1, 'CHECKPOINT_INVALID']);
    await server.api('/v1/tenants', { method: 'POST', body: '{"id":"acme"}' });
    expect(await verify('--vkey', await vkeyOf('acme'))).toEqual([1, 'ORIGIN']);
    const folder = ['--data', server.dataDir, '--tenant', 'default'];
    expect(await verify(...folder, '--vkey', vkey)).toEqual([0, '']);
    expect((await verify(...folder, '--vkey', forged))[1]).toContain('GENESIS');
    expect(await server.run(['verify', '--vkey', 'nonsense'])).toMatchObject({ exitCode: 2 });
  });
});
