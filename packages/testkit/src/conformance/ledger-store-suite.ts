import { concatBytes } from '@attestry/core';
import type { LogAppend, NewDataKey } from '@attestry/ledger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LinkedLog, type UnlinkedRecord } from './linked-log.ts';
import { sampleEvent } from './sample-events.ts';
import { SeededRandom } from './seeded-random.ts';
import type { LedgerStoresUnderTest, OpenLedgerStores } from './store-fixture.ts';

const NOTE: UnlinkedRecord = { data: { seq: 0, text: 'not an event' } };

/** A data key made of random bytes. */
export function sampleKey(random: SeededRandom, name: string): NewDataKey {
  return {
    sub: `sub-${name}`,
    kid: `kid-${name}`,
    wrapped: random.bytes(60),
    subjectIndex: random.bytes(16),
    subjectSealed: random.bytes(40),
  };
}

/** The contract of `LedgerStore`, on a real engine. */
export function describeLedgerStore(engine: string, open: OpenLedgerStores): void {
  describe(`LedgerStore on ${engine}`, () => {
    let stores: LedgerStoresUnderTest;
    let random: SeededRandom;
    const events = (tenant: string, count: number): UnlinkedRecord[] =>
      Array.from({ length: count }, (_, n) => sampleEvent(random, tenant, n));

    beforeEach(async () => {
      random = new SeededRandom(1);
      stores = await open();
    });
    afterEach(() => stores.dispose());

    it('has no head for a tenant without a log', async () => {
      expect(await stores.ledger.readHead('acme')).toBeUndefined();
      expect(await stores.ledger.listHeads()).toEqual([]);
      expect(await stores.ledger.readRecords('acme', 0, 10)).toEqual([]);
      expect(await stores.ledger.findSeqs('acme', [random.uuid()])).toEqual(new Map());
    });

    it('returns what was appended, byte for byte, also after a restart', async () => {
      const key = sampleKey(random, 'a');
      await stores.keys.ensure('acme', [key]);
      const log = new LinkedLog('acme');
      const seal = { sub: key.sub, kid: key.kid, envelope: random.bytes(200) };
      const sealed = events('acme', 3).map((event, i) => ({ ...event, seals: new Array(i * 5).fill(seal) }));
      const batch = log.link(1_000, [NOTE, ...sealed]);
      expect(await stores.ledger.append([batch])).toEqual({ kind: 'committed' });
      const check = async (): Promise<void> => {
        expect(await stores.ledger.readHead('acme')).toEqual(log.head);
        const stored = await stores.ledger.readRecords('acme', 0, 100);
        expect(stored).toEqual(
          batch.records.map(({ text, leafHash, seals }, seq) => ({ seq, text, leafHash, seals })),
        );
      };
      await check();
      stores = await stores.reopen();
      await check();
    });

    it('refuses a batch that was linked on another head: the chain cannot fork (trap 6, trap 7)', async () => {
      const log = new LinkedLog('acme');
      const rival = log.fork();
      await stores.ledger.append([log.link(1_000, [NOTE])]);
      expect(await stores.ledger.append([rival.link(1_000, events('acme', 2))])).toEqual({
        kind: 'moved',
        tenants: ['acme'],
      });
      const late = log.fork();
      await stores.ledger.append([log.link(1_001, events('acme', 2))]);
      expect(await stores.ledger.append([late.link(1_001, events('acme', 2))])).toEqual({
        kind: 'moved',
        tenants: ['acme'],
      });
      expect(await stores.ledger.readHead('acme')).toEqual(log.head);
    });

    it('refuses a batch of the right size on another last hash', async () => {
      const log = new LinkedLog('acme');
      await stores.ledger.append([log.link(1_000, [NOTE])]);
      const batch = log.link(1_001, [NOTE]);
      const forged: LogAppend = {
        ...batch,
        before: { ...batch.before, lastHash: new Uint8Array(32).fill(7) },
      };
      expect(await stores.ledger.append([forged])).toEqual({ kind: 'moved', tenants: ['acme'] });
    });

    it('writes several logs in one transaction, or none of them', async () => {
      const [one, two] = [new LinkedLog('one'), new LinkedLog('two')];
      const stale = two.fork();
      await stores.ledger.append([one.link(1_000, [NOTE]), two.link(1_000, [NOTE])]);
      const heads = [one.head, two.head];
      expect(await stores.ledger.listHeads()).toEqual(heads);
      const outcome = await stores.ledger.append([
        one.link(1_001, events('one', 5)),
        stale.link(1_001, events('two', 5)),
      ]);
      expect(outcome).toEqual({ kind: 'moved', tenants: ['two'] });
      expect(await stores.ledger.listHeads()).toEqual(heads);
      expect(await stores.ledger.readRecords('one', 1, 10)).toEqual([]);
    });

    it('finds repeated event ids and writes nothing of their batch (trap 16)', async () => {
      const log = new LinkedLog('acme');
      const first = events('acme', 4);
      await stores.ledger.append([log.link(1_000, [NOTE, ...first])]);
      const before = log.head;
      const again = log
        .fork()
        .link(2_000, [...events('acme', 2), first[2] as UnlinkedRecord, first[0] as UnlinkedRecord]);
      const outcome = await stores.ledger.append([again]);
      expect(outcome).toEqual({
        kind: 'duplicate',
        ids: [
          { tenant: 'acme', id: first[2]?.id, seq: 3 },
          { tenant: 'acme', id: first[0]?.id, seq: 1 },
        ],
      });
      expect(await stores.ledger.readHead('acme')).toEqual(before);
      const fresh = again.records.slice(0, 2).map(({ id }) => id as string);
      expect(await stores.ledger.findSeqs('acme', fresh)).toEqual(new Map());
      expect(await stores.ledger.append([log.link(2_000, events('acme', 1))])).toEqual({ kind: 'committed' });
    });

    it('keeps the ids of each log apart', async () => {
      const [event] = events('acme', 1) as [UnlinkedRecord];
      const [one, two] = [new LinkedLog('one'), new LinkedLog('two')];
      await stores.ledger.append([one.link(1_000, [event])]);
      expect(await stores.ledger.append([two.link(1_000, [NOTE, event])])).toEqual({ kind: 'committed' });
      const id = event.id as string;
      expect(await stores.ledger.findSeqs('one', [id])).toEqual(new Map([[id, 0]]));
      expect(await stores.ledger.findSeqs('two', [id, random.uuid()])).toEqual(new Map([[id, 1]]));
    });

    it('executes appends in the order in which they were called', async () => {
      const log = new LinkedLog('acme');
      const batches = Array.from({ length: 20 }, (_, i) => log.link(1_000 + i, events('acme', 10)));
      const outcomes = await Promise.all(batches.map((batch) => stores.ledger.append([batch])));
      expect(outcomes.every(({ kind }) => kind === 'committed')).toBe(true);
      expect(await stores.ledger.readHead('acme')).toEqual(log.head);
    });

    it('never writes a batch behind one that failed', async () => {
      const log = new LinkedLog('acme');
      const start = log.link(1_000, [NOTE]);
      const lost = { ...log.link(1_001, [NOTE]), before: { ...start.after, size: 9 } };
      const next = log.link(1_002, [NOTE]);
      const outcomes = await Promise.all([start, lost, next].map((batch) => stores.ledger.append([batch])));
      expect(outcomes.map(({ kind }) => kind)).toEqual(['committed', 'moved', 'moved']);
      expect(await stores.ledger.readHead('acme')).toEqual(start.after);
    });

    it('rejects a seal of an unknown data key, writes nothing and stays usable', async () => {
      const log = new LinkedLog('acme');
      const seal = { sub: 'nobody', kid: 'nothing', envelope: random.bytes(50) };
      const [event] = events('acme', 1) as [UnlinkedRecord];
      await expect(
        stores.ledger.append([log.fork().link(1_000, [{ ...event, seals: [seal] }])]),
      ).rejects.toThrow('nothing');
      expect(await stores.ledger.readHead('acme')).toBeUndefined();
      expect(await stores.ledger.append([log.link(1_000, [event])])).toEqual({ kind: 'committed' });
    });

    it('clamps a read to 1,000 records and returns it in order', async () => {
      const log = new LinkedLog('acme');
      await stores.ledger.append([
        log.link(
          1_000,
          Array.from({ length: 1_100 }, () => NOTE),
        ),
      ]);
      const read = await stores.ledger.readRecords('acme', 50, 5_000);
      expect(read.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_000 }, (_, i) => 50 + i));
      expect(await stores.ledger.readRecords('acme', 1_098, 2_000)).toHaveLength(2);
      expect(await stores.ledger.readRecords('acme', 7, 7)).toEqual([]);
    });

    it('serves full tiles and leaf hashes, and no tile before it is full', async () => {
      const log = new LinkedLog('acme');
      const first = log.link(
        1_000,
        Array.from({ length: 255 }, () => NOTE),
      );
      await stores.ledger.append([first]);
      expect(await stores.ledger.readTile('acme', 0, 0)).toBeUndefined();
      const second = log.link(1_000, [NOTE, NOTE]);
      await stores.ledger.append([second]);
      const hashes = [...first.records, ...second.records].map(({ leafHash }) => leafHash);
      expect(await stores.ledger.readTile('acme', 0, 0)).toEqual(concatBytes(...hashes.slice(0, 256)));
      expect(await stores.ledger.readTile('acme', 0, 1)).toBeUndefined();
      expect(await stores.ledger.readTile('acme', 1, 0)).toBeUndefined();
      expect(await stores.ledger.readLeafHashes('acme', 250, 300)).toEqual(concatBytes(...hashes.slice(250)));
      expect(await stores.ledger.readLeafHashes('acme', 0, 1_000)).toHaveLength(256 * 32);
    });

    it('takes over a new origin with the head', async () => {
      const log = new LinkedLog('acme');
      await stores.ledger.append([log.link(1_000, [NOTE])]);
      const batch = log.link(1_001, [NOTE]);
      const after = { ...batch.after, origin: 'conformance.test/t/acme/g2' };
      expect(await stores.ledger.append([{ ...batch, after }])).toEqual({ kind: 'committed' });
      expect(await stores.ledger.readHead('acme')).toEqual(after);
    });
  });
}
