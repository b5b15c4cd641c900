import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseCheckpoint, parseNote, parseRecord } from '@attestry/core';
import { verifyFolder } from '@attestry/testkit';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type EmbeddedLedger, openEmbedded } from '../src/embedded.ts';
import { inspectFolder } from '../src/inspect-folder.ts';
import { openSqliteStores } from '../src/stores/sqlite/sqlite-stores.ts';
import { schemaChanges } from './tampering/schema-cases.ts';
import { audit, events, openLedger, receiptsOf, temporaryFolder } from './temporary-ledger.ts';

/** A folder whose database is older than what was signed: 11 records, when 31 were. */
async function rolledBackFolder(): Promise<string> {
  const dataDir = temporaryFolder();
  let embedded = await openLedger(dataDir);
  await embedded.ledger.createLog('acme');
  await embedded.ledger.append('acme', events(1, 10));
  await embedded.close();
  const copy = `${dataDir}-copy`;
  cpSync(dataDir, copy, { recursive: true });
  embedded = await openLedger(dataDir);
  await embedded.ledger.append('acme', events(2, 20));
  await embedded.close();
  cpSync(join(copy, 'ledger.db'), join(dataDir, 'ledger.db'));
  for (const suffix of ['-wal', '-shm']) rmSync(join(dataDir, `ledger.db${suffix}`), { force: true });
  return dataDir;
}

function origins(embedded: EmbeddedLedger): string {
  return `${embedded.logName}/t/acme`;
}

/** Changes the database of a stopped folder, as somebody with access to the disk would. */
function tamper(dataDir: string, sql: string): void {
  const database = new DatabaseSync(join(dataDir, 'ledger.db'));
  // Triggers stop mistakes, not somebody who owns the file.
  database.exec(`INSERT INTO maintenance VALUES ('tampering'); ${sql}; DELETE FROM maintenance`);
  database.close();
}

describe('a database restored from an older copy', () => {
  it('is refused, with the two ways on', async () => {
    const dataDir = await rolledBackFolder();
    const refusal = openLedger(dataDir);
    await expect(refusal).rejects.toMatchObject({ code: 'ROLLBACK' });
    await expect(refusal).rejects.toThrow(
      /acme has 11 records, 31 were signed.*newer copy.*--accept-rollback/,
    );
    // Refusing changes nothing: the next start says the same.
    await expect(openLedger(dataDir)).rejects.toMatchObject({ code: 'ROLLBACK' });
  });

  it('goes on as a new generation when that is accepted, and says what was lost', async () => {
    const dataDir = await rolledBackFolder();
    const embedded = await openLedger(dataDir, { acceptRollback: true });
    const head = await embedded.ledger.head('acme');
    expect(head?.origin).toBe(`${origins(embedded)}/g2`);
    const [row] = await embedded.ledger.readRecords('acme', 11, 12);
    const parsed = parseRecord(row?.text ?? '');
    expect(parsed).toMatchObject({
      ok: true,
      record: {
        type: 'genesis',
        log: `${origins(embedded)}/g2`,
        data: { previous: { origin: origins(embedded), size: 11, lost_size: 31 } },
      },
    });
    const checkpoint = await embedded.ledger.latestCheckpoint('acme');
    expect(parseCheckpoint(parseNote(checkpoint?.note ?? '').text)).toMatchObject({
      origin: `${origins(embedded)}/g2`,
      size: 12,
    });
    // What survived is known, what was lost is new again; old seals still open.
    const again = receiptsOf(await embedded.ledger.append('acme', [...events(1, 10), ...events(2, 20)]));
    expect(again.map(({ duplicate }) => duplicate)).toEqual([
      ...Array(10).fill(true),
      ...Array(20).fill(false),
    ]);
    expect(await audit(embedded, 'acme', again)).toBe(32);
    await embedded.close();

    // Later starts need no flag, and a second rollback makes a third generation.
    const copy = `${dataDir}-copy-2`;
    cpSync(dataDir, copy, { recursive: true });
    const later = await openLedger(dataDir);
    await later.ledger.append('acme', events(3, 5));
    await later.close();
    cpSync(join(copy, 'ledger.db'), join(dataDir, 'ledger.db'));
    await expect(openLedger(dataDir)).rejects.toMatchObject({ code: 'ROLLBACK' });
    const third = await openLedger(dataDir, { acceptRollback: true });
    expect((await third.ledger.head('acme'))?.origin).toBe(`${origins(third)}/g3`);
    await third.close();
    await verifyFolder(dataDir, ['acme']);
  });

  it('is noticed when it has grown past the signed size since', async () => {
    const dataDir = await rolledBackFolder();
    const memory = readFileSync(join(dataDir, 'last-seen.json'));
    rmSync(join(dataDir, 'last-seen.json'));
    const embedded = await openLedger(dataDir);
    await embedded.ledger.append('acme', events(4, 60));
    await embedded.close();
    writeFileSync(join(dataDir, 'last-seen.json'), memory);
    await expect(openLedger(dataDir)).rejects.toMatchObject({ code: 'ROLLBACK' });
  });

  it('is noticed when the whole log is gone', async () => {
    const dataDir = temporaryFolder();
    const embedded = await openLedger(dataDir);
    await embedded.ledger.createLog('acme');
    await embedded.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `ledger.db${suffix}`), { force: true });
    await expect(openLedger(dataDir)).rejects.toMatchObject({ code: 'ROLLBACK' });
    const accepted = await openLedger(dataDir, { acceptRollback: true });
    expect(await accepted.ledger.head('acme')).toMatchObject({ origin: `${origins(accepted)}/g2`, size: 1 });
  });
});

describe('a damaged database', () => {
  it('is refused when its last record is not the one the head names (trap 2)', async () => {
    const dataDir = await grownFolder();
    tamper(
      dataDir,
      'UPDATE records SET text = replace(text, \'"severity":\', \'"severity": \') WHERE k = (SELECT max(k) FROM records)',
    );
    await expect(openLedger(dataDir)).rejects.toMatchObject({ code: 'store_damaged' });
  });

  it('trap 10: is refused when its newest checkpoint is not of its tree, which is never signed again', async () => {
    const dataDir = await grownFolder();
    const donor = await grownFolder();
    const other = new DatabaseSync(join(donor, 'ledger.db'));
    const row = other.prepare('SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1').get();
    other.close();
    tamper(dataDir, `UPDATE checkpoints SET note = '${String(row?.note)}'`);
    await expect(openLedger(dataDir)).rejects.toMatchObject({ code: 'store_damaged' });
  });
});

async function grownFolder(): Promise<string> {
  const dataDir = temporaryFolder();
  const embedded = await openLedger(dataDir);
  await embedded.ledger.createLog('acme');
  await embedded.ledger.append('acme', events(1, 300));
  await embedded.close();
  return dataDir;
}

describe('a database that something else has changed', () => {
  let grown: string;
  beforeAll(async () => {
    const parent = mkdtempSync(join(tmpdir(), 'attestry-'));
    grown = join(parent, 'data');
    const embedded = await openEmbedded({ dataDir: grown, search: false });
    await embedded.ledger.createLog('acme');
    await embedded.ledger.append('acme', events(1, 20));
    await embedded.close();
    return () => rmSync(parent, { recursive: true, force: true });
  });
  const copyOfGrown = (): string => {
    const dataDir = temporaryFolder();
    cpSync(grown, dataDir, { recursive: true });
    return dataDir;
  };

  it.each(schemaChanges)('is refused: %s', async (_name, sql, detail) => {
    const dataDir = copyOfGrown();
    const database = new DatabaseSync(join(dataDir, 'ledger.db'));
    database.exec(sql);
    database.close();
    const before = readFileSync(join(dataDir, 'ledger.db'));
    const refusal = openLedger(dataDir);
    await expect(refusal).rejects.toMatchObject({ code: 'store_schema' });
    await expect(refusal).rejects.toThrow(detail);
    await expect(refusal).rejects.toThrow(/Restore ledger\.db from a backup; or .*attestry verify --data/);
    await expect(inspectFolder(dataDir)).rejects.toMatchObject({ code: 'store_schema' });
    expect(readFileSync(join(dataDir, 'ledger.db'))).toEqual(before);
  });

  it('is taken with the statistics that somebody made for the query planner', async () => {
    const dataDir = copyOfGrown();
    const database = new DatabaseSync(join(dataDir, 'ledger.db'));
    database.exec('ANALYZE');
    database.close();
    await openLedger(dataDir);
  });

  it('is refused without the index key of a log that was indexed with it, which is never made anew', async () => {
    const dataDir = copyOfGrown();
    tamper(dataDir, "UPDATE tenants SET index_key = NULL WHERE tenant = 'acme'");
    for (const acceptRollback of [false, true]) {
      const refusal = openLedger(dataDir, { acceptRollback });
      await expect(refusal).rejects.toMatchObject({ code: 'index_key_lost' });
      await expect(refusal).rejects.toThrow(/index key of tenant acme is gone.*Restore ledger\.db/);
    }
    await expect(inspectFolder(dataDir)).rejects.toMatchObject({ code: 'index_key_lost' });
    const database = new DatabaseSync(join(dataDir, 'ledger.db'));
    const stored = database.prepare("SELECT index_key FROM tenants WHERE tenant = 'acme'").get();
    expect(stored).toEqual({ index_key: null });
    database.close();
  });

  it('makes no second index key while it runs either', async () => {
    const dataDir = copyOfGrown();
    tamper(dataDir, "UPDATE tenants SET index_key = NULL WHERE tenant = 'acme'");
    const stores = await openSqliteStores({
      path: join(dataDir, 'ledger.db'),
      searchPath: join(dataDir, 'search.db'),
    });
    onTestFinished(() => stores.close());
    await expect(stores.keys.ensureIndexKey('acme', new Uint8Array(61))).rejects.toMatchObject({
      code: 'index_key_lost',
    });
  });
});
