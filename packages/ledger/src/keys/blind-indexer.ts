import { Buffer } from 'node:buffer';
import type { CryptoProvider } from '@attestry/core';
import { BLIND_INDEXES_CACHED_MAX } from '../limits.ts';
import type { BlindColumn } from '../ports/event-query-store.ts';
import type { MakeBlindIndex } from '../projection/blind-columns.ts';
import type { BlindIndex } from '../projection/event-columns.ts';
import { RecentCache } from './recent-cache.ts';

const SUBJECT_INDEX_BYTES = 16;
const INDEX_BYTES = 8;
const scratch = new DataView(new ArrayBuffer(INDEX_BYTES));

/** Kinds whose values come again and again. The others are new with almost every event: remembering them only costs. */
const RECURRING: readonly BlindColumn[] = ['actor', 'actorEmail', 'ip', 'ipNet', 'ipWide', 'session'];

/** Fingerprints that were computed lately, of all tenants together, so that their number is bounded whoever is busy. */
export class BlindMemory {
  readonly #byKind: ReadonlyMap<string, RecentCache<string, BlindIndex>>;
  #owners = 0;

  constructor() {
    const entriesMax = Math.floor(BLIND_INDEXES_CACHED_MAX / RECURRING.length);
    this.#byKind = new Map(RECURRING.map((kind) => [kind, new RecentCache<string, BlindIndex>(entriesMax)]));
  }

  /** The cache of a kind, or `undefined` when its values are not worth remembering. */
  of(kind: string): RecentCache<string, BlindIndex> | undefined {
    return this.#byKind.get(kind);
  }

  /** A prefix that keeps the values of one owner apart from those of all others. */
  newPrefix(): string {
    this.#owners += 1;
    return `${this.#owners}:`;
  }
}

/**
 * Keyed fingerprints under one tenant's index key. What is looked up can be compared with what was stored; without
 * the key nothing can be learned from either.
 */
export class BlindIndexer {
  readonly #crypto: CryptoProvider;
  readonly #key: Uint8Array;
  readonly #memory: BlindMemory;
  readonly #prefix: string;

  /** @param key the tenant's index key, 32 bytes */
  constructor(crypto: CryptoProvider, key: Uint8Array, memory: BlindMemory = new BlindMemory()) {
    this.#crypto = crypto;
    this.#key = key;
    this.#memory = memory;
    this.#prefix = memory.newPrefix();
  }

  /**
   * The first 8 bytes of HMAC-SHA-256(index key, kind || 0x00 || value) as a signed big-endian integer. The kind keeps
   * equal texts in different columns apart.
   */
  readonly blind: MakeBlindIndex = (kind, value) => {
    const recent = this.#memory.of(kind);
    if (recent === undefined) return this.#compute(kind, value);
    const name = this.#prefix + value;
    const known = recent.get(name);
    if (known !== undefined) return known;
    const index = this.#compute(kind, value);
    recent.set(name, index);
    return index;
  };

  /** Fingerprint of a data subject's id, 16 bytes: long enough that two subjects never share a key. */
  subjectIndex(subjectId: string): Uint8Array {
    return this.#crypto
      .hmacSha256(this.#key, Buffer.from(`subject\0${subjectId}`))
      .slice(0, SUBJECT_INDEX_BYTES);
  }

  #compute(kind: string, value: string): BlindIndex {
    const mac = this.#crypto.hmacSha256(this.#key, Buffer.from(`${kind}\0${value}`));
    for (let i = 0; i < INDEX_BYTES; i++) scratch.setUint8(i, mac[i] as number);
    return scratch.getBigInt64(0);
  }
}
