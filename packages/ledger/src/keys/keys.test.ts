import { createHash } from 'node:crypto';
import { openNote, portableCrypto, signNote } from '@attestry/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DATA_KEYS_CACHED_MAX } from '../limits.ts';
import type { AdminRow, AdminStore } from '../ports/admin-store.ts';
import type { KeyStore, NewDataKey } from '../ports/key-store.ts';
import { AuthenticSettings, SettingTags } from './authentic-settings.ts';
import { BlindIndexer } from './blind-indexer.ts';
import { KeyRing } from './key-ring.ts';
import { MasterKey, newMasterKeyText, parseMasterKey } from './master-key.ts';
import { nodeCrypto } from './node-crypto.ts';
import { createRandomPool, systemRandom } from './random-pool.ts';
import { RecentCache } from './recent-cache.ts';
import { formatSigningKeys, parseSigningKeys, SigningKey, vkeysOf } from './signing-key.ts';

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('the primitives on node:crypto', () => {
  it('agree with the portable ones', () => {
    fc.assert(
      fc.property(bytes(200), bytes(400), (key, message) => {
        expect(Buffer.from(nodeCrypto.sha256(message))).toEqual(Buffer.from(portableCrypto.sha256(message)));
        expect(Buffer.from(nodeCrypto.hmacSha256(key, message))).toEqual(
          Buffer.from(portableCrypto.hmacSha256(key, message)),
        );
      }),
    );
    const long = new Uint8Array(70_000).fill(3);
    expect(Buffer.from(nodeCrypto.hmacSha256(long, long))).toEqual(
      Buffer.from(portableCrypto.hmacSha256(long, long)),
    );
  });

  it('seal what the portable ones open, and the other way round', () => {
    fc.assert(
      fc.property(key32, bytes(50), bytes(300), (raw, context, text) => {
        const nonce = systemRandom(12);
        const [node, portable] = [nodeCrypto.importAesKey(raw), portableCrypto.importAesKey(raw)];
        const sealed = nodeCrypto.aes256GcmSeal(node, nonce, context, text);
        expect(Buffer.from(sealed)).toEqual(
          Buffer.from(portableCrypto.aes256GcmSeal(portable, nonce, context, text)),
        );
        expect(Buffer.from(nodeCrypto.aes256GcmOpen(node, nonce, context, sealed) ?? [])).toEqual(
          Buffer.from(text),
        );
        sealed[0] = (sealed[0] as number) ^ 1;
        expect(nodeCrypto.aes256GcmOpen(node, nonce, context, sealed)).toBeUndefined();
      }),
    );
    expect(
      nodeCrypto.aes256GcmOpen(
        nodeCrypto.importAesKey(new Uint8Array(32)),
        new Uint8Array(12),
        new Uint8Array(0),
        new Uint8Array(3),
      ),
    ).toBeUndefined();
  });

  it('verify signatures without ever throwing', () => {
    const key = SigningKey.generate(nodeCrypto);
    const text = Buffer.from('text\n');
    const signature = key.signer('log').sign(text);
    expect(nodeCrypto.ed25519Verify(key.publicKey, text, signature)).toBe(true);
    expect(nodeCrypto.ed25519Verify(key.publicKey, Buffer.from('other\n'), signature)).toBe(false);
    expect(nodeCrypto.ed25519Verify(new Uint8Array(31), text, signature)).toBe(false);
    expect(nodeCrypto.ed25519Verify(new Uint8Array(32).fill(255), text, signature)).toBe(false);
  });
});

describe('random numbers', () => {
  it('are never handed out twice, and outlive the pool', () => {
    const random = createRandomPool();
    const seen = new Set<string>();
    const first = random(32);
    const copy = Buffer.from(first).toString('hex');
    for (let i = 0; i < 3_000; i += 1) seen.add(Buffer.from(random(16)).toString('hex'));
    expect(seen.size).toBe(3_000);
    expect(Buffer.from(first).toString('hex')).toBe(copy);
    expect(random(100_000)).toHaveLength(100_000);
  });
});

describe('the master key', () => {
  it('is read in hex, base64 and as its own file', () => {
    const raw = Buffer.alloc(32, 9);
    for (const text of [
      raw.toString('hex'),
      raw.toString('base64'),
      raw.toString('base64url'),
      ` ${raw.toString('base64')}\n`,
    ]) {
      expect(Buffer.from(parseMasterKey(text, 'test'))).toEqual(raw);
    }
    expect(parseMasterKey(newMasterKeyText(), 'test')).toHaveLength(32);
  });

  it('unwraps what it wrapped, for the same tenant and key only', () => {
    const master = new MasterKey(nodeCrypto, systemRandom, new Uint8Array(32).fill(1));
    const other = new MasterKey(nodeCrypto, systemRandom, new Uint8Array(32).fill(2));
    const key = systemRandom(32);
    const wrapped = master.wrap('acme', 'dk_1', key);
    expect(Buffer.from(master.unwrap('acme', 'dk_1', wrapped) ?? [])).toEqual(Buffer.from(key));
    expect(master.unwrap('acme', 'dk_2', wrapped)).toBeUndefined();
    expect(master.unwrap('globex', 'dk_1', wrapped)).toBeUndefined();
    expect(other.unwrap('acme', 'dk_1', wrapped)).toBeUndefined();
    expect(master.unwrap('acme', 'dk_1', new Uint8Array(0))).toBeUndefined();
  });
});

describe('blind indexes', () => {
  it.each(['u-1', 'ä'.repeat(700), 'x'.repeat(5_000)])('are the first 64 bits of a keyed SHA-256', (id) => {
    const key = new Uint8Array(32).fill(1);
    const digest = createHash('sha256').update(key).update(`target\0${id}`).digest();
    expect(new BlindIndexer(nodeCrypto, key).blind('target', id)).toBe(digest.readBigInt64BE(0));
  });

  it('depend on key, kind and value alone', () => {
    const indexer = new BlindIndexer(nodeCrypto, new Uint8Array(32).fill(1));
    const other = new BlindIndexer(nodeCrypto, new Uint8Array(32).fill(2));
    const value = indexer.blind('actor', 'u-1');
    expect(indexer.blind('actor', 'u-1')).toBe(value);
    expect(indexer.blind('session', 'u-1')).not.toBe(value);
    expect(indexer.blind('actor', 'u-2')).not.toBe(value);
    expect(other.blind('actor', 'u-1')).not.toBe(value);
    expect(BigInt.asIntN(64, value)).toBe(value);
    const long = 'ä'.repeat(2_000);
    expect(indexer.blind('actor', long)).toBe(indexer.blind('actor', long));
    expect(indexer.blind('target', long)).not.toBe(indexer.blind('target', `${long}ä`));
    expect(indexer.subjectIndex('u-1')).toHaveLength(16);
    const address = indexer.address('192.0.2.7');
    expect(address).toEqual({
      ip: indexer.blind('ip', '192.0.2.7'),
      ipNet: indexer.blind('ipNet', '192.0.2.0/24'),
      ipWide: indexer.blind('ipWide', '192.0.0.0/16'),
    });
    expect(indexer.address('192.0.2.7')).toEqual(address);
    expect(indexer.address('no address')).toEqual({ ip: null, ipNet: null, ipWide: null });
  });
});

describe('the signing key file', () => {
  it('keeps the current key, the next one and the public halves of those before', () => {
    const [current, next, former] = [1, 2, 3].map(() => SigningKey.generate(nodeCrypto)) as [
      SigningKey,
      SigningKey,
      SigningKey,
    ];
    const keys = { current, next, former: [{ publicKey: former.publicKey, retiredAtMs: 86_400_000 }] };
    const text = formatSigningKeys(keys);
    expect(text).not.toContain(Buffer.from(former.exportSeed()).toString('base64'));
    const read = parseSigningKeys(nodeCrypto, text, 'test');
    expect(vkeysOf(nodeCrypto, read, 'x/t/acme')).toEqual(
      [current, next, former].map((key) => key.vkey('x/t/acme')),
    );
    expect(read.former[0]?.retiredAtMs).toBe(86_400_000);
    const note = signNote('text\n', [read.current.signer('x/t/acme')]);
    expect(openNote(portableCrypto, note, [current.vkey('x/t/acme')]).verified).toHaveLength(1);
  });

  it.each([
    '',
    '{}',
    'null',
    '[1]',
    '{"format":"attestry-signing-key","version":1,"current":{"seed":"AA==","public":"AA=="}}',
  ])('refuses %j without quoting it', (text) => {
    expect(() => parseSigningKeys(nodeCrypto, text, 'signing.key')).toThrow(
      expect.objectContaining({ code: 'signing_key_invalid' }),
    );
  });

  it('refuses a seed with the public key of another', () => {
    const keys = { current: SigningKey.generate(nodeCrypto), next: undefined, former: [] };
    const json = JSON.parse(formatSigningKeys(keys)) as { current: { public: string } };
    json.current.public = Buffer.from(SigningKey.generate(nodeCrypto).publicKey).toString('base64');
    expect(() => parseSigningKeys(nodeCrypto, JSON.stringify(json), 'signing.key')).toThrow(
      /does not belong/,
    );
  });
});

/** The calls of a key store that a ring makes, and what it was given. */
function recordingStore(): KeyStore & {
  readonly offered: NewDataKey[][];
  readonly rows: Map<string, NewDataKey>;
} {
  const rows = new Map<string, NewDataKey>();
  const offered: NewDataKey[][] = [];
  let indexKey: Uint8Array | undefined;
  const name = (index: Uint8Array): string => Buffer.from(index).toString('hex');
  return {
    offered,
    rows,
    ensure: async (_tenant, keys) => {
      offered.push([...keys]);
      return keys.map((key) => {
        const known = rows.get(name(key.subjectIndex)) ?? key;
        rows.set(name(key.subjectIndex), known);
        return known;
      });
    },
    findBySubject: async (_tenant, indexes) => indexes.flatMap((index) => rows.get(name(index)) ?? []),
    findByKid: async (_tenant, kids) => [...rows.values()].filter(({ kid }) => kids.includes(kid)),
    ensureIndexKey: async (_tenant, wrapped) => {
      indexKey ??= wrapped;
      return indexKey;
    },
    lostIndexKeys: async () => [],
  };
}

describe('the key ring', () => {
  const master = new MasterKey(nodeCrypto, systemRandom, new Uint8Array(32).fill(1));
  const ring = (store: KeyStore): KeyRing =>
    new KeyRing({ crypto: nodeCrypto, random: systemRandom, master, store });

  it('makes the keys of many new subjects with few durable calls', async () => {
    const store = recordingStore();
    const keys = ring(store);
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => keys.ensureSubjects('acme', [`u-${i}`, `u-${i + 1}`])),
    );
    expect(store.offered.length).toBeLessThanOrEqual(2);
    expect(store.rows.size).toBe(41);
  });

  it('takes the key that is stored, whoever was first', async () => {
    const store = recordingStore();
    const [one, two] = [ring(store), ring(store)];
    const [a, b] = await Promise.all([
      one.ensureSubjects('acme', ['u-1']),
      two.ensureSubjects('acme', ['u-1']),
    ]);
    expect(a.get('u-1')?.kid).toBe(b.get('u-1')?.kid);
    const kid = a.get('u-1')?.kid as string;
    expect((await ring(store).keysByKid('acme', [kid])).get(kid)?.kind).toBe('live');
  });

  it('says so when the master key is another one', async () => {
    const store = recordingStore();
    await ring(store).ensureSubjects('acme', ['u-1']);
    const stranger = new MasterKey(nodeCrypto, systemRandom, new Uint8Array(32).fill(9));
    const keys = new KeyRing({ crypto: nodeCrypto, random: systemRandom, master: stranger, store });
    await expect(keys.ensureSubjects('acme', ['u-1'])).rejects.toMatchObject({ code: 'master_key_wrong' });
  });

  it('answers every waiting call when the store fails, and tries again for the next', async () => {
    const store = recordingStore();
    let down = true;
    const flaky: KeyStore = {
      ...store,
      ensure: (tenant, offered) => (down ? Promise.reject(new Error('down')) : store.ensure(tenant, offered)),
    };
    const keys = ring(flaky);
    const calls = await Promise.allSettled([
      keys.ensureSubjects('acme', ['a']),
      keys.ensureSubjects('acme', ['b']),
    ]);
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    down = false;
    expect((await keys.ensureSubjects('acme', ['a'])).size).toBe(1);
  });
});

describe('the cache of recent things', () => {
  it('is bounded and keeps what is used', () => {
    const cache = new RecentCache<number, string>(100);
    cache.set(-1, 'kept');
    for (let i = 0; i < 10_000; i += 1) {
      cache.set(i, 'x');
      expect(cache.get(-1)).toBe('kept');
    }
    expect(cache.size).toBeLessThanOrEqual(100);
    expect(cache.get(5)).toBeUndefined();
    expect(DATA_KEYS_CACHED_MAX).toBeGreaterThan(1_000);
  });
});

/** A database that somebody may write to. */
class SettingRows implements AdminStore {
  readonly rows = new Map<string, AdminRow>();

  async list(kind: string): Promise<readonly AdminRow[]> {
    return [...this.rows.values()].filter((row) => row.kind === kind);
  }

  async get(_kind: string, _tenant: string, id: string): Promise<AdminRow | undefined> {
    return this.rows.get(id);
  }

  async put(row: Omit<AdminRow, 'revision'>): Promise<{ kind: 'stored' }> {
    this.rows.set(row.id, { ...row, revision: 1 });
    return { kind: 'stored' };
  }

  async remove(_kind: string, _tenant: string, id: string): Promise<void> {
    this.rows.delete(id);
  }
}

describe('AuthenticSettings', () => {
  const tags = (byte: number): SettingTags =>
    new SettingTags(nodeCrypto, new MasterKey(nodeCrypto, systemRandom, new Uint8Array(32).fill(byte)));

  it('gives back every value that was stored, and opens it nowhere else and under no other key', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, text, text, fc.jsonValue(), (kind, tenant, id, json) => {
        const row = { kind, tenant, id, value: JSON.stringify(json) };
        const stored = { ...row, value: tags(1).close(row) };
        expect(tags(1).open(stored)).toBe(row.value);
        expect(JSON.parse(stored.value)).toMatchObject({ mac: expect.stringMatching(/^[0-9a-f]{64}$/) });
        expect(tags(2).open(stored)).toBeUndefined();
        for (const member of ['kind', 'tenant', 'id'] as const)
          expect(tags(1).open({ ...stored, [member]: `${row[member]}x` })).toBeUndefined();
        expect(tags(1).open({ ...stored, value: stored.value.replace(/.}$/, '0}') })).not.toBe(
          `${row.value}x`,
        );
        expect(tags(1).open(row)).toBeUndefined();
      }),
    );
  });

  it('leaves out of a list what somebody put into the database, and refuses it by name', async () => {
    const store = new SettingRows();
    const told: string[] = [];
    const settings = new AuthenticSettings(store, tags(1), (message) => told.push(message));
    const mine = { kind: 'api_key', tenant: 'acme', id: 'mine', value: '{"roles":["member"]}' };
    await settings.put(mine, 0);
    const [stored] = store.rows.values();
    store.rows.set('moved', { ...(stored as AdminRow), id: 'moved' });
    store.rows.set('bare', { ...mine, id: 'bare', value: '{"roles":["platform_admin"]}', revision: 1 });
    store.rows.set('raised', {
      ...(stored as AdminRow),
      id: 'raised',
      value: (stored as AdminRow).value.replace('member', 'platform_admin'),
    });
    expect(await settings.list('api_key')).toEqual([{ ...mine, revision: 1 }]);
    expect(told.map((message) => /"(\w+)"/.exec(message)?.[1])).toEqual(['moved', 'bare', 'raised']);
    expect(await settings.get('api_key', 'acme', 'mine')).toEqual({ ...mine, revision: 1 });
    await expect(settings.get('api_key', 'acme', 'raised')).rejects.toMatchObject({
      code: 'setting_forged',
      message: expect.stringContaining('what depends on it is refused meanwhile'),
    });
    expect(await settings.get('api_key', 'acme', 'absent')).toBeUndefined();
  });
});
