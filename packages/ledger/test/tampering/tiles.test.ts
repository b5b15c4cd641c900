import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createSeededRandom, incomingEvent } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedded } from '../../src/embedded.ts';
import { runVerify } from '../../src/fsck/run-verify.ts';
import { TamperedFolder } from './tampered-folder.ts';

/** The first tile that is stored as such (level 1, full) needs 256 * 256 records. */
const EVENTS = 65_700;
const BATCH_EVENTS = 900;

describe('a stored tile', () => {
  let parent = '';
  let dataDir = '';
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'attestry-tiles-'));
    dataDir = join(parent, 'data');
    const embedded = await openEmbedded({ dataDir, search: false });
    await embedded.ledger.createLog('default');
    const random = createSeededRandom(9);
    for (let done = 0; done < EVENTS; done += BATCH_EVENTS) {
      const events = Array.from({ length: BATCH_EVENTS }, () =>
        incomingEvent('default', { id: random.uuid(), type: 'tile.filled' }),
      );
      await embedded.ledger.append('default', events);
    }
    await embedded.close();
  });
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  const verified = async (tamper: (folder: TamperedFolder) => void): Promise<object> => {
    const folder = new TamperedFolder(dataDir);
    try {
      tamper(folder);
      folder.closeDatabase();
      return await runVerify({ dataDir: folder.dataDir, tenant: 'default', depth: 'records' });
    } finally {
      await folder.remove();
    }
  };

  it('is checked, and agrees with the records', async () => {
    const report = await runVerify({ dataDir, tenant: 'default', depth: 'records' });
    expect(report).toMatchObject({ ok: true, findings: [] });
    expect(report.checked.tiles).toBeGreaterThan(256);
    const database = new DatabaseSync(join(dataDir, 'ledger.db'), { readOnly: true });
    expect(database.prepare('SELECT count(*) AS n FROM tiles').get()).toEqual({ n: 1 });
    database.close();
  });

  it('is found when it was edited', async () => {
    const report = await verified((folder) => {
      const hashes = folder.value<Uint8Array>('SELECT hashes FROM tiles');
      hashes[32 * 5] = (hashes[32 * 5] ?? 0) ^ 1;
      folder.run('UPDATE tiles SET hashes = ?', hashes);
    });
    expect(report).toMatchObject({ ok: false, findings: [{ code: 'TILE_MISMATCH', seq: 5 * 256 }] });
  });

  it('is found when it was removed', async () => {
    const report = await verified((folder) => folder.run('DELETE FROM tiles'));
    expect(report).toMatchObject({ ok: false, findings: [{ code: 'TILE_MISMATCH', seq: 0 }] });
  });
});
