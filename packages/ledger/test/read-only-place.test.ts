import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { prepareFolder } from '../src/data-dir/data-folder.ts';
import { openEmbedded } from '../src/embedded.ts';
import { runVerify } from '../src/fsck/run-verify.ts';
import { events, temporaryFolder } from './temporary-ledger.ts';

/** Evidence lies on media that nobody can write any more. The same folder as a read-only file system, or why not. */
function readOnlyView(dataDir: string): { readonly path: string } | string {
  const path = join(dirname(dataDir), 'read-only');
  mkdirSync(path);
  const mount = (...words: readonly string[]): boolean => spawnSync('mount', words).status === 0;
  if (!mount('--bind', dataDir, path)) return 'no right to mount';
  onTestFinished(() => void spawnSync('umount', [path]));
  return mount('-o', 'remount,bind,ro', path) ? { path } : 'no read-only bind mounts here';
}

async function stoppedFolder(): Promise<string> {
  const dataDir = temporaryFolder();
  const embedded = await openEmbedded({ dataDir });
  await embedded.ledger.createLog('acme');
  await embedded.ledger.append('acme', events(1, 40));
  await embedded.close();
  return dataDir;
}

describe('a read-only place', () => {
  it('is verified in full, search index included, by absolute and relative path', async (context) => {
    const dataDir = await stoppedFolder();
    const view = readOnlyView(dataDir);
    if (typeof view === 'string') return context.skip(view);
    for (const path of [view.path, relative(process.cwd(), view.path)]) {
      const report = await runVerify({ dataDir: path, tenant: 'acme' });
      expect(report.findings).toEqual([]);
      expect(report).toMatchObject({ ok: true, size: 41 });
    }
    expect(readdirSync(dataDir).filter((name) => /-(?:wal|shm)$/.test(name))).toEqual([]);
  });

  it('is no place for a server, and the refusal says so', async (context) => {
    const dataDir = await stoppedFolder();
    const before = readFileSync(join(dataDir, 'last-seen.json'), 'utf8');
    const view = readOnlyView(dataDir);
    if (typeof view === 'string') return context.skip(view);
    const refused = { code: 'folder_unwritable', message: expect.stringContaining('verify --data') };
    await expect(openEmbedded({ dataDir: view.path })).rejects.toMatchObject(refused);
    await expect(openEmbedded({ dataDir: join(view.path, 'new') })).rejects.toMatchObject(refused);
    expect(readFileSync(join(dataDir, 'last-seen.json'), 'utf8')).toBe(before);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });

  it('made by the mode of the folder is refused too', async (context) => {
    if (process.getuid?.() === 0) return context.skip('not as root: the mode of a folder says nothing to it');
    const dataDir = temporaryFolder();
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o555);
    onTestFinished(() => chmodSync(dataDir, 0o755));
    await expect(prepareFolder(dataDir)).rejects.toMatchObject({ code: 'folder_unwritable' });
  });
});
