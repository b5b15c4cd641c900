import { Buffer } from 'node:buffer';
import type { CryptoProvider } from '@attestry/core';
import { BLIND_INDEXES_CACHED_MAX } from '../limits.ts';
import type { BlindIndex } from '../projection/event-columns.ts';
import { RecentCache } from './recent-cache.ts';

const SUBJECT_INDEX_BYTES = 16;

/**
 * Keyed fingerprints under one tenant's index key. What is looked up can be compared with what was stored; without
 * the key nothing can be learned from either.
 */
export class BlindIndexer {
  readonly #crypto: CryptoProvider;
  readonly #key: Uint8Array;
  readonly #recent = new RecentCache<string, BlindIndex>(BLIND_INDEXES_CACHED_MAX);

  /** @param key the tenant's index key, 32 bytes */
  constructor(crypto: CryptoProvider, key: Uint8Array) {
    this.#crypto = crypto;
    this.#key = key;
  }

  /**
   * @param domain what kind of value it is, so that equal texts of different kinds have different fingerprints
   * @returns the first 8 bytes of HMAC-SHA-256(index key, domain || 0x00 || value) as a signed big-endian integer
   */
  index(domain: string, value: string): BlindIndex {
    const input = `${domain}\0${value}`;
    const known = this.#recent.get(input);
    if (known !== undefined) return known;
    const mac = this.#crypto.hmacSha256(this.#key, Buffer.from(input));
    const index = new DataView(mac.buffer, mac.byteOffset, 8).getBigInt64(0);
    this.#recent.set(input, index);
    return index;
  }

  /** Fingerprint of a data subject's id, 16 bytes: long enough that two subjects never share a key. */
  subjectIndex(subjectId: string): Uint8Array {
    return this.#crypto
      .hmacSha256(this.#key, Buffer.from(`subject\0${subjectId}`))
      .slice(0, SUBJECT_INDEX_BYTES);
  }
}
