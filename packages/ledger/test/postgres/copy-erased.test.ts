import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { postgresBinaries } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyFolder } from '../../src/copy/copy-folder.ts';
import { openReadOnly } from '../../src/read-only.ts';
import { events, openLedger, receiptsOf, temporaryFolder } from '../temporary-ledger.ts';
import { openTestDatabase, type TestDatabase } from './postgres-schema.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

/** What an erasure of the actor leaves: a key that belongs to nobody, none of its envelopes, nothing to find them by. */
function destroyKey(dataDir: string, kid: string): void {
  const database = new DatabaseSync(join(dataDir, 'ledger.db'));
  const destroy = database.prepare(
    'UPDATE data_keys SET wrapped = NULL, subject_index = NULL, subject_sealed = NULL WHERE kid = ? RETURNING key_no',
  );
  const row = destroy.get(kid) as { readonly key_no: number };
  database.prepare('DELETE FROM seals WHERE key_no = ?').run(row.key_no);
  database.exec(`INSERT INTO maintenance VALUES ('erasure'); UPDATE records SET actor = NULL, actor_email = NULL;
    DELETE FROM maintenance`);
  database.close();
}

describe.skipIf(skipped !== '')(`attestry copy of a folder with erased persons${skipped}`, () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(18);
  });
  afterAll(() => database.close());

  it('keeps them erased, the others sealed, and every proof', async () => {
    const dataDir = temporaryFolder();
    const embedded = await openLedger(dataDir);
    await embedded.ledger.createLog('acme');
    // Two persons in each event, of whom the first is erased.
    const sent = events(1, 3).map((one, i) => ({
      ...one,
      event: {
        ...one.event,
        actor: { type: 'user' as const, id: 'erased', email: 'erased@example.com' },
        target: { type: 'user', id: `kept-${i}`, email: `kept-${i}@example.com` },
      },
    }));
    receiptsOf(await embedded.ledger.append('acme', sent as typeof sent & ReturnType<typeof events>));
    const [row] = await embedded.ledger.readRecords('acme', 1, 2);
    const { sub, kid } = row?.seals[0] ?? { sub: '', kid: '' };
    await embedded.ledger.appendRecord('acme', 'erasure', { request: 'r-1', sub, kid, seals: 3 });
    await embedded.ledger.signNow('acme');
    const before = await embedded.ledger.readRecords('acme', 0, 10);
    const proof = await embedded.ledger.proofFile('acme', 2);
    await embedded.close();
    destroyKey(dataDir, kid);

    const schema = database.newSchema();
    const { reports, records } = await copyFolder({ dataDir, to: database.url, schema });
    expect(reports).toEqual([
      expect.objectContaining({ ok: true, findings: [], seals: expect.objectContaining({ erased: 3 }) }),
    ]);
    expect(records).toBe(before.length);
    const copied = await openReadOnly(dataDir, { store: database.url, schema });
    const after = await copied.readRecords('acme', 0, 10);
    expect(after.map(({ text }) => text)).toEqual(before.map(({ text }) => text));
    expect(await copied.proofFile('acme', 2)).toBe(proof);
    const [view] = await copied.readEvents('acme', after.slice(1, 2), { personal: true });
    expect(view?.erased).toEqual([{ sub, seq: 4 }]);
    expect(JSON.stringify(view)).not.toContain('erased@example.com');
    await copied.close();
    // Cut off, it is run again and finds everything.
    expect((await copyFolder({ dataDir, to: database.url, schema })).found).toBe(before.length);
  });
});
