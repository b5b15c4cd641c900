import { Buffer } from 'node:buffer';
import type { AesKey, CryptoProvider } from '@attestry/core';
import { FatalError } from '../errors.ts';
import { DATA_KEYS_CACHED_MAX, INDEX_KEYS_CACHED_MAX } from '../limits.ts';
import type { KeyStore, NewDataKey, StoredDataKey } from '../ports/key-store.ts';
import { SettingTags } from './authentic-settings.ts';
import { BlindIndexer, BlindMemory } from './blind-indexer.ts';
import type { MasterKey } from './master-key.ts';
import type { RandomSource } from './random-pool.ts';
import { RecentCache } from './recent-cache.ts';

const KEY_BYTES = 32;
const HANDLE_BYTES = 12;
const NONCE_BYTES = 12;
const INDEX_KEY_ID = 'index';

/** What sealing for one data subject needs. */
export interface SubjectKey {
  /** Handle of the subject in the record. */
  readonly sub: string;
  readonly kid: string;
  readonly key: AesKey;
}

/** A data key as a reader finds it. */
export type ReadingKey = { readonly kind: 'live'; readonly key: AesKey } | { readonly kind: 'destroyed' };

/** Subjects that wait for the next call of the store, which takes all of them together. */
interface SubjectBatch {
  readonly subjects: Map<string, PromiseWithResolvers<SubjectKey>>;
  running: boolean;
}

/** Whom a stored data key belongs to: it does not open, it names nobody, or the subject. */
export type KeySubject =
  | { readonly kind: 'locked' }
  | { readonly kind: 'unnamed' }
  | { readonly kind: 'named'; readonly subjectId: string };

export interface KeyRingParts {
  readonly crypto: CryptoProvider;
  readonly random: RandomSource;
  readonly master: MasterKey;
  readonly store: KeyStore;
}

/**
 * The data keys of all subjects, unwrapped and ready to use, and the tenants' index keys. Bounded; what is forgotten
 * is read again. New subjects get their keys stored, durably, before anything is sealed with them: a crash may leave a
 * key that nothing uses, never a seal without its key.
 */
export class KeyRing {
  readonly #parts: KeyRingParts;
  /** What tells settings of ours from others. */
  readonly settingTags: SettingTags;
  readonly #blindMemory = new BlindMemory();
  readonly #indexers = new RecentCache<string, BlindIndexer>(INDEX_KEYS_CACHED_MAX);
  readonly #indexersLoading = new Map<string, Promise<BlindIndexer>>();
  readonly #bySubject = new RecentCache<string, SubjectKey>(DATA_KEYS_CACHED_MAX);
  readonly #byKid = new RecentCache<string, ReadingKey>(DATA_KEYS_CACHED_MAX);
  readonly #batches = new Map<string, SubjectBatch>();

  constructor(parts: KeyRingParts) {
    this.#parts = parts;
    this.settingTags = new SettingTags(parts.crypto, parts.master);
  }

  /** The tenant's blind indexes when they are at hand. */
  cachedIndexer(tenant: string): BlindIndexer | undefined {
    return this.#indexers.get(tenant);
  }

  /** The tenant's blind indexes; its index key is made when there is none. */
  async indexer(tenant: string): Promise<BlindIndexer> {
    const known = this.#indexers.get(tenant);
    if (known !== undefined) return known;
    let loading = this.#indexersLoading.get(tenant);
    if (loading === undefined) {
      loading = this.#loadIndexer(tenant).finally(() => this.#indexersLoading.delete(tenant));
      this.#indexersLoading.set(tenant, loading);
    }
    return loading;
  }

  /** The key of a subject when it is at hand. */
  cachedSubject(tenant: string, subjectId: string): SubjectKey | undefined {
    return this.#bySubject.get(subjectName(tenant, subjectId));
  }

  /**
   * Keys of subjects, made where there are none. Calls that come while one is on its way are answered by the next
   * one together, so that many new subjects cost one durable write.
   */
  async ensureSubjects(
    tenant: string,
    subjectIds: Iterable<string>,
  ): Promise<ReadonlyMap<string, SubjectKey>> {
    const found = new Map<string, SubjectKey>();
    const missing: Promise<void>[] = [];
    for (const subjectId of subjectIds) {
      const known = this.cachedSubject(tenant, subjectId);
      if (known !== undefined) {
        found.set(subjectId, known);
      } else {
        missing.push(this.#await(tenant, subjectId).then((key) => void found.set(subjectId, key)));
      }
    }
    if (missing.length > 0) await Promise.all(missing);
    return found;
  }

  /** Keys by their ids; ids that the store does not know are left out. */
  async keysByKid(tenant: string, kids: Iterable<string>): Promise<ReadonlyMap<string, ReadingKey>> {
    const found = new Map<string, ReadingKey>();
    const missing = new Set<string>();
    for (const kid of kids) {
      const known = this.#byKid.get(subjectName(tenant, kid));
      if (known === undefined) missing.add(kid);
      else found.set(kid, known);
    }
    if (missing.size > 0) {
      for (const stored of await this.#parts.store.findByKid(tenant, [...missing])) {
        const key = this.#readingKey(tenant, stored);
        this.#byKid.set(subjectName(tenant, stored.kid), key);
        found.set(stored.kid, key);
      }
    }
    return found;
  }

  /** Drops what is in memory of all subjects: another node may have destroyed a key. */
  forgetDataKeys(): void {
    this.#bySubject.clear();
    this.#byKid.clear();
  }

  /** Drops what is in memory of a subject, after its key was destroyed in the store. */
  forgetSubject(tenant: string, subjectId: string, kid: string): void {
    this.#bySubject.delete(subjectName(tenant, subjectId));
    this.#byKid.delete(subjectName(tenant, kid));
  }

  /** Opens the name of the subject that is sealed in a live data key; for whoever verifies the table of keys. */
  openSubject(
    tenant: string,
    stored: {
      readonly kid: string;
      readonly sub: string;
      readonly wrapped: Uint8Array;
      readonly subjectSealed: Uint8Array | null;
    },
  ): KeySubject {
    const { crypto, master } = this.#parts;
    const raw = master.unwrap(tenant, stored.kid, stored.wrapped);
    if (raw === undefined) return { kind: 'locked' };
    if (stored.subjectSealed === null) return { kind: 'unnamed' };
    const nonce = stored.subjectSealed.subarray(0, NONCE_BYTES);
    const sealed = stored.subjectSealed.subarray(NONCE_BYTES);
    const context = subjectContext(tenant, stored.sub);
    const opened = crypto.aes256GcmOpen(crypto.importAesKey(raw), nonce, context, sealed);
    if (opened === undefined) return { kind: 'unnamed' };
    return { kind: 'named', subjectId: Buffer.from(opened).toString() };
  }

  async #loadIndexer(tenant: string): Promise<BlindIndexer> {
    const { crypto, random, master, store } = this.#parts;
    const offered = master.wrap(tenant, INDEX_KEY_ID, random(KEY_BYTES));
    const key = master.unwrap(tenant, INDEX_KEY_ID, await store.ensureIndexKey(tenant, offered));
    if (key === undefined) throw wrongMasterKey(tenant, INDEX_KEY_ID);
    const indexer = new BlindIndexer(crypto, key, this.#blindMemory);
    this.#indexers.set(tenant, indexer);
    return indexer;
  }

  #await(tenant: string, subjectId: string): Promise<SubjectKey> {
    let batch = this.#batches.get(tenant);
    if (batch === undefined) {
      batch = { subjects: new Map(), running: false };
      this.#batches.set(tenant, batch);
    }
    let waiting = batch.subjects.get(subjectId);
    if (waiting === undefined) {
      waiting = Promise.withResolvers<SubjectKey>();
      batch.subjects.set(subjectId, waiting);
    }
    if (!batch.running) {
      batch.running = true;
      // Everything that is asked for in this turn of the event loop goes into one call.
      queueMicrotask(() => void this.#runBatches(tenant, batch));
    }
    return waiting.promise;
  }

  async #runBatches(tenant: string, batch: SubjectBatch): Promise<void> {
    while (batch.subjects.size > 0) {
      const subjects = new Map(batch.subjects);
      batch.subjects.clear();
      try {
        const keys = await this.#findOrMake(tenant, [...subjects.keys()]);
        for (const [subjectId, waiting] of subjects) {
          const key = keys.get(subjectId);
          if (key === undefined)
            waiting.reject(
              new FatalError('key_missing', `no data key came back for a subject of tenant ${tenant}`),
            );
          else waiting.resolve(key);
        }
      } catch (error) {
        for (const waiting of subjects.values()) waiting.reject(error);
      }
    }
    batch.running = false;
    this.#batches.delete(tenant);
  }

  async #findOrMake(tenant: string, subjectIds: readonly string[]): Promise<ReadonlyMap<string, SubjectKey>> {
    const indexer = await this.indexer(tenant);
    const keys = new Map<string, SubjectKey>();
    const idByIndex = new Map(subjectIds.map((id) => [hex(indexer.subjectIndex(id)), id]));
    const indexes = [...idByIndex.keys()].map((text) => Buffer.from(text, 'hex'));
    for (const stored of await this.#parts.store.findBySubject(tenant, indexes)) {
      const subjectId = idByIndex.get(hex(stored.subjectIndex));
      if (subjectId !== undefined) keys.set(subjectId, this.#remember(tenant, subjectId, stored));
    }
    const absent = subjectIds.filter((id) => !keys.has(id));
    if (absent.length === 0) return keys;
    const offered = absent.map((id) => this.#newKey(tenant, id, indexer.subjectIndex(id)));
    const stored = await this.#parts.store.ensure(tenant, offered);
    absent.forEach((subjectId, i) => {
      const row = stored[i];
      if (row !== undefined) keys.set(subjectId, this.#remember(tenant, subjectId, row));
    });
    return keys;
  }

  #newKey(tenant: string, subjectId: string, subjectIndex: Uint8Array): NewDataKey {
    const { crypto, random, master } = this.#parts;
    const raw = random(KEY_BYTES);
    const sub = `sub_${Buffer.from(random(HANDLE_BYTES)).toString('base64url')}`;
    const kid = `dk_${Buffer.from(random(HANDLE_BYTES)).toString('base64url')}`;
    const nonce = random(NONCE_BYTES);
    const context = subjectContext(tenant, sub);
    const sealed = crypto.aes256GcmSeal(crypto.importAesKey(raw), nonce, context, Buffer.from(subjectId));
    return {
      sub,
      kid,
      wrapped: master.wrap(tenant, kid, raw),
      subjectIndex,
      subjectSealed: Buffer.concat([nonce, sealed]),
    };
  }

  #remember(tenant: string, subjectId: string, stored: StoredDataKey): SubjectKey {
    const reading = this.#readingKey(tenant, stored);
    if (reading.kind === 'destroyed') {
      throw new FatalError(
        'key_destroyed',
        `key ${stored.kid} of tenant ${tenant} is destroyed but still listed as live`,
      );
    }
    const key: SubjectKey = { sub: stored.sub, kid: stored.kid, key: reading.key };
    this.#bySubject.set(subjectName(tenant, subjectId), key);
    this.#byKid.set(subjectName(tenant, stored.kid), reading);
    return key;
  }

  #readingKey(tenant: string, stored: StoredDataKey): ReadingKey {
    if (stored.wrapped === undefined) return { kind: 'destroyed' };
    const raw = this.#parts.master.unwrap(tenant, stored.kid, stored.wrapped);
    if (raw === undefined) throw wrongMasterKey(tenant, stored.kid);
    return { kind: 'live', key: this.#parts.crypto.importAesKey(raw) };
  }
}

function subjectContext(tenant: string, sub: string): Uint8Array {
  return Buffer.from(`attestry/subject/v1\n${tenant}\n${sub}`);
}

function subjectName(tenant: string, id: string): string {
  return `${tenant}\0${id}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

function wrongMasterKey(tenant: string, keyId: string): FatalError {
  return new FatalError(
    'master_key_wrong',
    `key ${keyId} of tenant ${tenant} was not wrapped by this master key, or was changed: check ATTESTRY_MASTER_KEY or master.key`,
  );
}
