import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { AesKey, CryptoProvider } from '@attestry/core';
import { LedgerError } from '../errors.ts';
import type { RandomSource } from './random-pool.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const WRAP_VERSION = 0x01;
const HEX = /^[0-9a-fA-F]{64}$/;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/**
 * Reads a master key as people pass it: 64 hex digits or the base64 (or base64url) of 32 bytes.
 *
 * @param source where the text came from, for the message
 * @throws {LedgerError} `master_key_invalid`; the message never quotes the text
 */
export function parseMasterKey(text: string, source: string): Uint8Array {
  const trimmed = text.trim();
  if (HEX.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (BASE64.test(trimmed)) {
    const bytes = Buffer.from(trimmed, 'base64');
    if (bytes.length === KEY_BYTES) return bytes;
  }
  throw new LedgerError(
    'master_key_invalid',
    `the master key in ${source} is not 32 bytes in hex or base64. Restore it from its backup; only for a new data folder ` +
      'make one: openssl rand -base64 32',
  );
}

/** The text of a new master key file. */
export function newMasterKeyText(): string {
  return `${randomBytes(KEY_BYTES).toString('base64')}\n`;
}

/**
 * Wraps the keys that are stored in the database, so that the database alone opens nothing. Each tenant has its own
 * wrapping key, derived from the master key by HMAC, and every wrapped key is bound to its tenant and its id.
 */
export class MasterKey {
  readonly #crypto: CryptoProvider;
  readonly #random: RandomSource;
  readonly #raw: Uint8Array;
  /** The tenant used last: keys come in runs of one tenant. */
  #last: { tenant: string; key: AesKey } | undefined;

  /** @param raw 32 bytes */
  constructor(crypto: CryptoProvider, random: RandomSource, raw: Uint8Array) {
    if (raw.length !== KEY_BYTES) {
      throw new RangeError(`a master key has ${KEY_BYTES} bytes, got ${raw.length}`);
    }
    this.#crypto = crypto;
    this.#random = random;
    this.#raw = raw.slice();
  }

  /** Says whether two master keys are the same without saying anything about them (16 hex digits). */
  fingerprint(): string {
    return Buffer.from(
      this.#crypto.hmacSha256(this.#raw, Buffer.from('attestry/master-key/v1')).subarray(0, 8),
    ).toString('hex');
  }

  /**
   * A key for another use than wrapping, from which nothing about this one can be learned.
   *
   * @param use names it, e.g. `browser-token`
   * @returns 32 bytes, the same at every start
   */
  derive(use: string): Uint8Array {
    return this.#crypto.hmacSha256(this.#raw, Buffer.from(`attestry/derive/v1\n${use}`));
  }

  /** 0x01 || nonce || AES-256-GCM(wrapping key of the tenant, key) || tag. */
  wrap(tenant: string, keyId: string, key: Uint8Array): Uint8Array {
    const nonce = this.#random(NONCE_BYTES);
    const sealed = this.#crypto.aes256GcmSeal(
      this.#wrappingKey(tenant),
      nonce,
      wrapContext(tenant, keyId),
      key,
    );
    return Buffer.concat([Uint8Array.of(WRAP_VERSION), nonce, sealed]);
  }

  /** The key, or `undefined` when it was not wrapped by this master key for this tenant and id. */
  unwrap(tenant: string, keyId: string, wrapped: Uint8Array): Uint8Array | undefined {
    if (wrapped[0] !== WRAP_VERSION) return undefined;
    const nonce = wrapped.subarray(1, 1 + NONCE_BYTES);
    const sealed = wrapped.subarray(1 + NONCE_BYTES);
    const key = this.#crypto.aes256GcmOpen(
      this.#wrappingKey(tenant),
      nonce,
      wrapContext(tenant, keyId),
      sealed,
    );
    return key?.length === KEY_BYTES ? key : undefined;
  }

  #wrappingKey(tenant: string): AesKey {
    if (this.#last?.tenant !== tenant) {
      const raw = this.#crypto.hmacSha256(this.#raw, Buffer.from(`attestry/wrap/v1\n${tenant}`));
      this.#last = { tenant, key: this.#crypto.importAesKey(raw) };
    }
    return this.#last.key;
  }
}

function wrapContext(tenant: string, keyId: string): Uint8Array {
  return Buffer.from(`attestry/wrap/v1\n${tenant}\n${keyId}`);
}
