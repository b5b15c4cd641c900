import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '@attestry/ledger';
import { expect, it, onTestFinished } from 'vitest';
import { attestry } from './cli-process.ts';

it('rotate replaces the signing key of a stopped folder, which goes on verifying, and says the new keys', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'attestry-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const dataDir = join(parent, 'data');
  const embedded = await openEmbedded({ dataDir, search: false, logName: 'audit.example.com' });
  await embedded.ledger.createLog('acme');
  const [before] = embedded.ledger.vkeys('audit.example.com/t/acme');
  expect(await attestry(['rotate', '--data', dataDir])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('is in use by'),
  });
  await embedded.close();
  const { exitCode, stdout } = await attestry(['rotate', '--data', dataDir, '--json']);
  expect(exitCode).toBe(0);
  const { logs, vkeys } = JSON.parse(stdout) as { logs: number; vkeys: Record<string, string> };
  expect(logs).toBe(1);
  expect(vkeys['acme']).toMatch(/^audit\.example\.com\/t\/acme\+/);
  expect(vkeys['acme']).not.toBe(before);
  expect(await attestry(['verify', '--data', dataDir, '--vkey', vkeys['acme'] ?? ''])).toMatchObject({
    exitCode: 0,
  });
});
