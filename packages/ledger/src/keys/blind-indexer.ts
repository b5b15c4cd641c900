import { Buffer } from 'node:buffer';
import type { CryptoProvider } from '@attestry/core';
import { BLIND_INDEXES_CACHED_MAX } from '../limits.ts';
import type { BlindColumn } from '../ports/event-query-store.ts';
import type { MakeBlindIndex } from '../projection/blind-columns.ts';
import type { BlindIndex } from '../projection/event-columns.ts';
import { type AddressIndexes, addressIndexes, type MakeAddressIndexes } from '../projection/ip-networks.ts';
import { RecentCache } from './recent-cache.ts';

const SUBJECT_INDEX_BYTES = 16;
const KEY_BYTES = 32;
/** Values up to this many characters fit the buffer at hand; UTF-8 takes three bytes per UTF-16 unit at most. */
const VALUE_CHARS_MAX = 1_024;

/** Kinds whose values come again and again. The others are new with almost every event: remembering them only costs. */
const RECURRING: readonly BlindColumn[] = ['actor', 'actorEmail', 'ipNet', 'ipWide', 'session'];

/** Fingerprints that were computed lately, of all tenants together, so that their number is bounded whoever is busy. */
export class BlindMemory {
  readonly #byKind: ReadonlyMap<string, RecentCache<string, BlindIndex>>;
  /** Of addresses as they were sent; one look-up for all three. */
  readonly addresses: RecentCache<string, AddressIndexes>;
  #owners = 0;

  constructor() {
    const entriesMax = Math.floor(BLIND_INDEXES_CACHED_MAX / (RECURRING.length + 1));
    this.addresses = new RecentCache(entriesMax);
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
  /** The key, and behind it whatever is hashed with it. Calls are synchronous, so one buffer serves all. */
  readonly #keyed: Buffer;
  readonly #memory: BlindMemory;
  readonly #prefix: string;

  /** @param key the tenant's index key, 32 bytes */
  constructor(crypto: CryptoProvider, key: Uint8Array, memory: BlindMemory = new BlindMemory()) {
    this.#crypto = crypto;
    if (key.length !== KEY_BYTES)
      throw new RangeError(`an index key has ${KEY_BYTES} bytes, got ${key.length}`);
    this.#key = key;
    this.#keyed = Buffer.alloc(KEY_BYTES + 3 * VALUE_CHARS_MAX);
    this.#keyed.set(key);
    this.#memory = memory;
    this.#prefix = memory.newPrefix();
  }

  /**
   * The first 8 bytes of SHA-256(index key || kind || 0x00 || value) as a signed big-endian integer. The kind keeps
   * equal texts in different columns apart. Cut to a quarter, a keyed hash is a pseudorandom function as HMAC is (nothing
   * can be appended to what was left out) at half the price; an event has up to eleven of these.
   *
   * @see Bellare, Bernstein, Tessaro: Hash-Function Based PRFs: AMAC and Its Multi-User Security (EUROCRYPT 2016)
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

  /** The same three for one address, however often it comes. */
  readonly address: MakeAddressIndexes = (text) => {
    const name = this.#prefix + text;
    const known = this.#memory.addresses.get(name);
    if (known !== undefined) return known;
    const indexes = addressIndexes(text, this.blind);
    this.#memory.addresses.set(name, indexes);
    return indexes;
  };

  /** Fingerprint of a data subject's id, 16 bytes: long enough that two subjects never share a key. */
  subjectIndex(subjectId: string): Uint8Array {
    return this.#crypto
      .hmacSha256(this.#key, Buffer.from(`subject\0${subjectId}`))
      .slice(0, SUBJECT_INDEX_BYTES);
  }

  #compute(kind: string, value: string): BlindIndex {
    const message = `${kind}\0${value}`;
    let keyed = this.#keyed;
    let end = KEY_BYTES;
    if (message.length <= VALUE_CHARS_MAX) {
      end += keyed.write(message, KEY_BYTES);
    } else {
      keyed = Buffer.concat([this.#key, Buffer.from(message)]);
      end = keyed.length;
    }
    const digest = this.#crypto.sha256(keyed.subarray(0, end));
    // The value may be personal data.
    keyed.fill(0, KEY_BYTES, end);
    return firstInt64(digest);
  }
}

const int64View = new DataView(new ArrayBuffer(8));

function firstInt64(bytes: Uint8Array): bigint {
  for (let index = 0; index < 8; index += 1) int64View.setUint8(index, bytes[index] as number);
  return int64View.getBigInt64(0);
}
