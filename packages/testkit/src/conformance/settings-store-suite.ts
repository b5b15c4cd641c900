import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleKey } from './ledger-store-suite.ts';
import { LinkedLog } from './linked-log.ts';
import { SeededRandom } from './seeded-random.ts';
import type { LedgerStoresUnderTest, OpenLedgerStores } from './store-fixture.ts';

const EVERYTHING = { sizeFrom: 0, sizeTo: Number.MAX_SAFE_INTEGER, order: 'asc', limit: 100 } as const;

/** The contract of `CheckpointStore`. */
export function describeCheckpointStore(engine: string, open: OpenLedgerStores): void {
  describe(`CheckpointStore on ${engine}`, () => {
    let stores: LedgerStoresUnderTest;
    beforeEach(async () => {
      stores = await open();
      const logs = ['acme', 'other'].map((tenant) => new LinkedLog(tenant).link(1_000, [{ data: { n: 1 } }]));
      await stores.ledger.append(logs);
    });
    afterEach(() => stores.dispose());

    it('never replaces a checkpoint: one root for a size, as it was signed (trap 10)', async () => {
      const signed = { size: 1, note: 'first\n', signedAtMs: 1_000 };
      expect(await stores.checkpoints.put('acme', signed)).toEqual({ kind: 'stored' });
      expect(await stores.checkpoints.put('acme', { ...signed, note: 'second\n' })).toEqual({
        kind: 'exists',
        stored: signed,
      });
      stores = await stores.reopen();
      expect(await stores.checkpoints.list('acme', EVERYTHING)).toEqual([signed]);
    });

    it('moves the time of a checkpoint that is signed again with the same note', async () => {
      await stores.checkpoints.put('acme', { size: 1, note: 'same\n', signedAtMs: 1_000 });
      expect(await stores.checkpoints.put('acme', { size: 1, note: 'same\n', signedAtMs: 9_000 })).toEqual({
        kind: 'stored',
      });
      expect(await stores.checkpoints.list('acme', EVERYTHING)).toEqual([
        { size: 1, note: 'same\n', signedAtMs: 9_000 },
      ]);
    });

    it('lists a range in both orders and keeps tenants apart', async () => {
      for (const size of [0, 1, 5, 9]) {
        await stores.checkpoints.put('acme', { size, note: `note ${size}\n`, signedAtMs: size });
      }
      await stores.checkpoints.put('other', { size: 5, note: 'other\n', signedAtMs: 5 });
      const sizes = async (range: Partial<typeof EVERYTHING> | { order: 'desc' }): Promise<number[]> =>
        (await stores.checkpoints.list('acme', { ...EVERYTHING, ...range })).map(({ size }) => size);
      expect(await sizes({})).toEqual([0, 1, 5, 9]);
      expect(await sizes({ order: 'desc' })).toEqual([9, 5, 1, 0]);
      expect(
        await stores.checkpoints.list('acme', { sizeFrom: 1, sizeTo: 5, order: 'desc', limit: 1 }),
      ).toEqual([{ size: 5, note: 'note 5\n', signedAtMs: 5 }]);
      expect(await stores.checkpoints.list('nobody', EVERYTHING)).toEqual([]);
    });
  });
}

/** The contract of `KeyStore`. */
export function describeKeyStore(engine: string, open: OpenLedgerStores): void {
  describe(`KeyStore on ${engine}`, () => {
    let stores: LedgerStoresUnderTest;
    const random = new SeededRandom(2);
    beforeEach(async () => {
      stores = await open();
    });
    afterEach(() => stores.dispose());

    it('gives concurrent writers of one subject the same key, in the order of what was offered', async () => {
      const [a, b] = [sampleKey(random, 'a'), sampleKey(random, 'b')];
      const rival = { ...sampleKey(random, 'rival'), subjectIndex: a.subjectIndex };
      const stored = ({ sub, kid, wrapped }: typeof a) => ({ sub, kid, wrapped });
      expect(await stores.keys.ensure('acme', [a])).toEqual([stored(a)]);
      expect(await stores.keys.ensure('acme', [b, rival])).toEqual([stored(b), stored(a)]);
      stores = await stores.reopen();
      expect(await stores.keys.ensure('acme', [rival, rival])).toEqual([stored(a), stored(a)]);
    });

    it('finds keys by subject and by kid, each tenant its own', async () => {
      const key = sampleKey(random, 'c');
      await stores.keys.ensure('acme', [key]);
      const { sub, kid, wrapped, subjectIndex } = key;
      expect(await stores.keys.findBySubject('acme', [random.bytes(16), subjectIndex])).toEqual([
        { sub, kid, wrapped, subjectIndex },
      ]);
      expect(await stores.keys.findByKid('acme', ['unknown', kid])).toEqual([{ sub, kid, wrapped }]);
      expect(await stores.keys.findBySubject('other', [subjectIndex])).toEqual([]);
      expect(await stores.keys.findByKid('other', [kid])).toEqual([]);
    });

    it('keeps the first index key of a tenant', async () => {
      const [first, second] = [random.bytes(60), random.bytes(60)];
      expect(await stores.keys.ensureIndexKey('acme', first)).toEqual(first);
      expect(await stores.keys.ensureIndexKey('acme', second)).toEqual(first);
      expect(await stores.keys.ensureIndexKey('other', second)).toEqual(second);
    });

    it('makes no index key where one must have been: it is lost, and named', async () => {
      expect(await stores.keys.lostIndexKeys()).toEqual([]);
      await stores.keys.ensureIndexKey('acme', random.bytes(60));
      await stores.keys.ensure('acme', [sampleKey(random, 'd')]);
      await stores.keys.ensure('other', [sampleKey(random, 'e')]);
      expect(await stores.keys.lostIndexKeys()).toEqual(['other']);
      await expect(stores.keys.ensureIndexKey('other', random.bytes(60))).rejects.toMatchObject({
        code: 'index_key_lost',
      });
    });
  });
}

/** The contract of `AdminStore`. */
export function describeAdminStore(engine: string, open: OpenLedgerStores): void {
  describe(`AdminStore on ${engine}`, () => {
    let stores: LedgerStoresUnderTest;
    beforeEach(async () => {
      stores = await open();
    });
    afterEach(() => stores.dispose());
    const row = { kind: 'api_key', tenant: 'acme', id: 'k1', value: '{"role":"admin"}' };

    it('stores, lists and removes rows', async () => {
      await stores.admin.put(row, 0);
      await stores.admin.put({ ...row, id: 'k0' }, 0);
      await stores.admin.put({ ...row, tenant: 'other' }, 0);
      await stores.admin.put({ ...row, kind: 'schema' }, 0);
      expect(await stores.admin.get('api_key', 'acme', 'k1')).toEqual({ ...row, revision: 1 });
      expect((await stores.admin.list('api_key', 'acme')).map(({ id }) => id)).toEqual(['k0', 'k1']);
      expect(await stores.admin.list('api_key')).toHaveLength(3);
      await stores.admin.remove('api_key', 'acme', 'k1');
      await stores.admin.remove('api_key', 'acme', 'never there');
      expect(await stores.admin.get('api_key', 'acme', 'k1')).toBeUndefined();
    });

    it('tells a change of a row that somebody else has changed', async () => {
      expect(await stores.admin.put(row, 0)).toEqual({ kind: 'stored' });
      expect(await stores.admin.put(row, 0)).toEqual({ kind: 'conflict' });
      expect(await stores.admin.put({ ...row, value: '2' }, 1)).toEqual({ kind: 'stored' });
      expect(await stores.admin.put({ ...row, value: '3' }, 1)).toEqual({ kind: 'conflict' });
      expect(await stores.admin.put({ ...row, id: 'absent' }, 1)).toEqual({ kind: 'conflict' });
      expect(await stores.admin.get('api_key', 'acme', 'k1')).toEqual({ ...row, value: '2', revision: 2 });
    });
  });
}
