import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LinkedLog, SeededRandom, sampleEvent } from '@attestry/testkit/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, OperationalError } from '../src/errors.ts';
import type { Stores } from '../src/ports/stores.ts';
import { openSqliteReadOnly } from '../src/stores/sqlite/read-only.ts';
import { PAGE_BYTES, SCHEMA_VERSION } from '../src/stores/sqlite/schema.ts';
import { openSqliteStores } from '../src/stores/sqlite/sqlite-stores.ts';
import { StoreThread } from '../src/stores/sqlite/store-thread.ts';

const QUERY = { tenant: 'acme', personal: true, conditions: [], time: 'occurred' } as const;

describe('a database of the SQLite store', () => {
  let folder: string;
  let path: string;
  const open = (): Promise<Stores> => openSqliteStores({ path, searchPath: join(folder, 'search.db') });
  const random = new SeededRandom(5);
  const fill = async (stores: Stores, log: LinkedLog, count: number): Promise<void> => {
    const events = Array.from({ length: count }, (_, n) => sampleEvent(random, 'acme', n));
    expect(await stores.ledger.append([log.link(1_000, events)])).toEqual({ kind: 'committed' });
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attestry-'));
    path = join(folder, 'ledger.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('opens after a checkpoint was cut off: its first page counts pages that only the write-ahead log has', async () => {
    const [stores, log] = [await open(), new LinkedLog('acme')];
    await fill(stores, log, 400);
    const [before, pending] = [readFileSync(path), readFileSync(`${path}-wal`)];
    await stores.close();
    const after = readFileSync(path);
    expect(after.length).toBeGreaterThan(before.length);
    // The first page is written first; then the disk was full, or the process gone.
    writeFileSync(path, Buffer.concat([after.subarray(0, PAGE_BYTES), before.subarray(PAGE_BYTES)]));
    writeFileSync(`${path}-wal`, pending);
    const again = await open();
    expect((await again.ledger.readHead('acme'))?.size).toBe(400);
    expect(await again.query.count(QUERY)).toBe(400);
    await again.close();
  });

  it('is refused when another program made it', async () => {
    const foreign = new DatabaseSync(path);
    foreign.exec('CREATE TABLE theirs (a)');
    foreign.close();
    const before = readFileSync(path);
    await expect(open()).rejects.toMatchObject({
      code: 'store_foreign',
      message: expect.stringContaining('another data folder'),
    });
    expect(() => openSqliteReadOnly({ path })).toThrow(expect.objectContaining({ code: 'store_foreign' }));
    expect(readFileSync(path)).toEqual(before);
  });

  it('is refused when it is no database at all', async () => {
    writeFileSync(path, 'PDF\n'.repeat(100));
    await expect(open()).rejects.toMatchObject({ code: 'store_corrupt' });
    expect(() => openSqliteReadOnly({ path })).toThrow(FatalError);
  });

  it('is refused when a newer release wrote it', async () => {
    await (await open()).close();
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}; PRAGMA wal_checkpoint(TRUNCATE)`);
    db.close();
    await expect(open()).rejects.toMatchObject({
      code: 'store_newer',
      message: expect.stringContaining('newer release'),
    });
    expect(() => openSqliteReadOnly({ path })).toThrow(expect.objectContaining({ code: 'store_newer' }));
  });

  it('is not made by a reader', () => {
    expect(() => openSqliteReadOnly({ path })).toThrow(expect.objectContaining({ code: 'store_absent' }));
  });

  it('is filled when a crash left an empty file', async () => {
    writeFileSync(path, '');
    const stores = await open();
    await fill(stores, new LinkedLog('acme'), 3);
    await stores.close();
  });

  it('rejects what a damaged page holds instead of leaving it out (trap 1)', async () => {
    const stores = await open();
    await fill(stores, new LinkedLog('acme'), 400);
    await stores.close();
    // The first page of the table of records, found by the text of a record in it.
    const at = Math.floor(readFileSync(path).indexOf('"seq":30,') / PAGE_BYTES) * PAGE_BYTES;
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(8, 0xff), 0, 8, at);
    closeSync(file);
    const damaged = await open();
    await expect(damaged.ledger.readRecords('acme', 0, 400)).rejects.toMatchObject({ code: 'store_corrupt' });
    await expect(damaged.query.page(QUERY, { order: 'asc', limit: 1_000 })).rejects.toMatchObject({
      code: 'store_corrupt',
    });
    await damaged.close();
  });

  it('says that it is busy while another process writes, and goes on afterwards', async () => {
    const stores = await open();
    const log = new LinkedLog('acme');
    const rival = new DatabaseSync(path);
    rival.exec('BEGIN IMMEDIATE');
    const batch = log.link(1_000, [sampleEvent(random, 'acme', 0)]);
    const refused = stores.ledger.append([batch]);
    await expect(refused).rejects.toBeInstanceOf(OperationalError);
    await expect(refused).rejects.toMatchObject({ code: 'store_busy' });
    rival.exec('ROLLBACK');
    rival.close();
    expect(await stores.ledger.append([batch])).toEqual({ kind: 'committed' });
    await stores.close();
  });

  it('refuses to change or delete rows by accident (trap 34)', async () => {
    const stores = await open();
    await fill(stores, new LinkedLog('acme'), 2);
    await stores.checkpoints.put('acme', { size: 2, note: 'n\n', signedAtMs: 1 });
    await stores.close();
    const db = new DatabaseSync(path);
    for (const sql of [
      "UPDATE records SET text = '{}'",
      'DELETE FROM records',
      'UPDATE event_ids SET seq = 7',
      'DELETE FROM event_ids',
      "UPDATE checkpoints SET note = 'm'",
      'DELETE FROM checkpoints',
    ]) {
      expect(() => db.exec(sql), sql).toThrow('append-only');
    }
    db.close();
  });

  it('is read while it is written, and keeps one file when it is closed', async () => {
    const stores = await open();
    const log = new LinkedLog('acme');
    await fill(stores, log, 10);
    const reader = openSqliteReadOnly({ path });
    expect((await reader.ledger.readHead('acme'))?.size).toBe(10);
    await fill(stores, log, 5);
    expect((await reader.ledger.readHead('acme'))?.size).toBe(15);
    expect(await reader.query.count(QUERY)).toBe(15);
    await expect(reader.keys.ensure('acme', [])).rejects.toMatchObject({ code: 'read_only' });
    await reader.close();
    await stores.close();
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });

  it('tells text conditions that there is no search index, instead of finding nothing', async () => {
    const stores = await open();
    await fill(stores, new LinkedLog('acme'), 1);
    const match = { all: [{ words: ['x'], prefix: false }], none: [] };
    const asked = stores.query.count({ ...QUERY, conditions: [{ kind: 'text', match }] });
    await expect(asked).rejects.toMatchObject({ code: 'search_unavailable' });
    await stores.close();
  });
});

describe('a thread of the store that ends by itself', () => {
  it('rejects its calls, those that come later too, and is reported once', async () => {
    const deaths: FatalError[] = [];
    const entry = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from 'node:worker_threads';
        parentPort.on('message', ({ method }) => { if (method === 'die') process.exit(3); });
        parentPort.postMessage({ callId: 0, value: undefined });`)}`,
    );
    const thread = await StoreThread.start({
      name: 'writer',
      entry,
      data: {},
      memory: {},
      advice: 'restart the server',
      onDeath: (error) => deaths.push(error),
    });
    const waiting = thread.call('wait', []);
    const dying = thread.call('die', []);
    await expect(waiting).rejects.toMatchObject({ code: 'thread_died' });
    await expect(dying).rejects.toBeInstanceOf(FatalError);
    await expect(thread.call('late', [])).rejects.toMatchObject({ code: 'thread_died' });
    expect(deaths).toHaveLength(1);
    await thread.close();
  });

  it('ends alone when it needs more memory than it may have, and says so', async () => {
    const entry = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from 'node:worker_threads';
        const kept = [];
        const grow = () => {
          kept.push(Array.from({ length: 20_000 }, (_, i) => ({ i })));
          setImmediate(grow);
        };
        parentPort.on('message', grow);
        parentPort.postMessage({ callId: 0, value: undefined });`)}`,
    );
    const memory = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };
    const thread = await StoreThread.start({
      name: 'reader 1',
      entry,
      data: {},
      memory,
      advice: 'ask for less',
    });
    await expect(thread.call('grow', [])).rejects.toMatchObject({
      code: 'thread_died',
      message: expect.stringMatching(/memory.*; ask for less$/),
    });
    await thread.close();
  });
});
