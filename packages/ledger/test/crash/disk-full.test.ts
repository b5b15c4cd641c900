import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSeededRandom, incomingEvents } from '@attestry/testkit';
import { expect, it } from 'vitest';
import { openEmbedded } from '../../src/embedded.ts';
import type { Receipt } from '../../src/ingest/incoming-event.ts';
import { audit } from '../temporary-ledger.ts';

/** A small file system of its own, or why there is none. */
function smallDisk(): { readonly path: string; remove(): void } | string {
  const path = mkdtempSync(join(tmpdir(), 'attestry-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', path], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true });
    return 'no right to mount a tmpfs';
  }
  return {
    path,
    remove: () => {
      spawnSync('umount', [path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

it('a full disk costs the calls that met it, nothing that was acknowledged, and nothing afterwards', async (context) => {
  const disk = smallDisk();
  if (typeof disk === 'string') return context.skip(disk);
  const embedded = await openEmbedded({ dataDir: join(disk.path, 'data'), search: false });
  try {
    await embedded.ledger.createLog('acme');
    // Something else takes most of the disk, so that the database fills it soon.
    const ballast = join(disk.path, 'ballast');
    writeFileSync(ballast, Buffer.alloc(6 * 1024 * 1024, 1));
    const random = createSeededRandom(1);
    const receipts: Receipt[] = [];
    let failed = 0;
    for (let i = 0; i < 60 && failed < 2; i += 1) {
      const batch = incomingEvents(random, 'acme', 200, { padding: 500 });
      const results = await embedded.ledger.append('acme', batch).catch(() => undefined);
      if (results === undefined) failed += 1;
      for (const result of results ?? []) if (result.kind === 'receipt') receipts.push(result.receipt);
    }
    expect(failed).toBe(2);
    expect(receipts.length).toBeGreaterThan(0);
    rmSync(ballast);
    const later = await embedded.ledger.append('acme', incomingEvents(random, 'acme', 50));
    for (const result of later) if (result.kind === 'receipt') receipts.push(result.receipt);
    expect(later.every(({ kind }) => kind === 'receipt')).toBe(true);
    await audit(embedded, 'acme', receipts);
  } finally {
    await embedded.close();
    disk.remove();
  }
});
