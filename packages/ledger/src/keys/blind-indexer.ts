import { Buffer } from 'node:buffer';
import type { CryptoProvider } from '@attestry/core';
import { BLIND_INDEXES_CACHED_MAX } from '../limits.ts';
import type { MakeBlindIndex } from '../projection/blind-columns.ts';
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
   * The first 8 bytes of HMAC-SHA-256(index key, kind || 0x00 || value) as a signed big-endian integer. The kind keeps
   * equal texts in different columns apart.
   */
  readonly blind: MakeBlindIndex = (kind, value) => {
    const input = `${kind}\0${value}`;
    const known = this.#recent.get(input);
    if (known !== undefined) return known;
    const mac = this.#crypto.hmacSha256(this.#key, Buffer.from(input));
    const index = new DataView(mac.buffer, mac.byteOffset, 8).getBigInt64(0);
    this.#recent.set(input, index);
    return index;
  };

  /** Fingerprint of a data subject's id, 16 bytes: long enough that two subjects never share a key. */
  subjectIndex(subjectId: string): Uint8Array {
    return this.#crypto
      .hmacSha256(this.#key, Buffer.from(`subject\0${subjectId}`))
      .slice(0, SUBJECT_INDEX_BYTES);
  }
}
