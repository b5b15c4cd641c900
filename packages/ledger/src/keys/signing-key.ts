import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  type CryptoProvider,
  computeKeyId,
  formatVkey,
  NOTE_ALGORITHM,
  type NoteSigner,
} from '@attestry/core';
import { LedgerError } from '../errors.ts';

const SEED_BYTES = 32;
/** DER of an Ed25519 private key up to the 32 seed bytes (RFC 8410, PKCS #8). */
const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const FORMAT = 'attestry-signing-key';
const VERSION = 1;

/** An Ed25519 key pair of the server. Each log uses it under its own name, its origin. */
export class SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Private, so that no log or error message prints it along with the object. */
  readonly #seed: Uint8Array;
  readonly #crypto: CryptoProvider;
  readonly #private: KeyObject;

  /** @param seed 32 bytes (RFC 8032) */
  constructor(crypto: CryptoProvider, seed: Uint8Array) {
    this.#crypto = crypto;
    this.#seed = seed.slice();
    this.#private = createPrivateKey({
      key: Buffer.concat([ED25519_PKCS8_PREFIX, seed]),
      format: 'der',
      type: 'pkcs8',
    });
    // The last 32 bytes of the SubjectPublicKeyInfo are the key itself.
    this.publicKey = createPublicKey(this.#private).export({ format: 'der', type: 'spki' }).subarray(-32);
  }

  static generate(crypto: CryptoProvider): SigningKey {
    return new SigningKey(crypto, randomBytes(SEED_BYTES));
  }

  /** The 32 bytes that must be kept secret and never be lost. */
  exportSeed(): Uint8Array {
    return this.#seed.slice();
  }

  signer(origin: string): NoteSigner {
    return {
      name: origin,
      keyId: computeKeyId(this.#crypto, origin, NOTE_ALGORITHM.ed25519, this.publicKey),
      sign: (text) => sign(null, text, this.#private),
    };
  }

  vkey(origin: string): string {
    return formatVkey(this.#crypto, origin, NOTE_ALGORITHM.ed25519, this.publicKey);
  }
}

/** A public key that signed until it was replaced. */
export interface FormerKey {
  readonly publicKey: Uint8Array;
  readonly retiredAtMs: number;
}

/** What the signing key file holds. */
export interface SigningKeys {
  readonly current: SigningKey;
  /** Set while a rotation is under way: logs are naming this key in `key` records. */
  readonly next: SigningKey | undefined;
  /** Oldest first. */
  readonly former: readonly FormerKey[];
}

/**
 * The verifier keys under which a log's checkpoints may be signed, the current one first.
 *
 * @param origin the log
 */
export function vkeysOf(crypto: CryptoProvider, keys: SigningKeys, origin: string): readonly string[] {
  const former = keys.former.map(({ publicKey }) =>
    formatVkey(crypto, origin, NOTE_ALGORITHM.ed25519, publicKey),
  );
  const next = keys.next === undefined ? [] : [keys.next.vkey(origin)];
  return [keys.current.vkey(origin), ...next, ...former.reverse()];
}

interface KeyPairJson {
  readonly seed: string;
  readonly public: string;
}

interface SigningKeysJson {
  readonly format: string;
  readonly version: number;
  readonly current: KeyPairJson;
  readonly next?: KeyPairJson;
  readonly former: readonly { readonly public: string; readonly retired_at: string }[];
}

/** The text of a signing key file. */
export function formatSigningKeys(keys: SigningKeys): string {
  const json: SigningKeysJson = {
    format: FORMAT,
    version: VERSION,
    current: pairJson(keys.current),
    ...(keys.next === undefined ? {} : { next: pairJson(keys.next) }),
    former: keys.former.map(({ publicKey, retiredAtMs }) => ({
      public: Buffer.from(publicKey).toString('base64'),
      retired_at: new Date(retiredAtMs).toISOString(),
    })),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/**
 * Reads a signing key file.
 *
 * @param source its path, for the message
 * @throws {LedgerError} `signing_key_invalid`; the message never quotes the text
 */
export function parseSigningKeys(crypto: CryptoProvider, text: string, source: string): SigningKeys {
  try {
    const json = JSON.parse(text) as Partial<SigningKeysJson>;
    if (json.format !== FORMAT || json.version !== VERSION || json.current === undefined) {
      throw new RangeError(`it is not a ${FORMAT} file of version ${VERSION}`);
    }
    return {
      current: parsePair(crypto, json.current),
      next: json.next === undefined ? undefined : parsePair(crypto, json.next),
      former: (json.former ?? []).map((former) => ({
        publicKey: decode(former.public),
        retiredAtMs: Date.parse(former.retired_at),
      })),
    };
  } catch (error) {
    const why = error instanceof RangeError ? error.message : 'it is not JSON of the expected shape';
    throw new LedgerError(
      'signing_key_invalid',
      `${source} cannot be used as the signing key: ${why}. Restore it from its backup; a new key would not match the log`,
      { cause: error },
    );
  }
}

function pairJson(key: SigningKey): KeyPairJson {
  return {
    seed: Buffer.from(key.exportSeed()).toString('base64'),
    public: Buffer.from(key.publicKey).toString('base64'),
  };
}

function parsePair(crypto: CryptoProvider, pair: KeyPairJson): SigningKey {
  const key = new SigningKey(crypto, decode(pair.seed));
  if (Buffer.compare(key.publicKey, decode(pair.public)) !== 0) {
    throw new RangeError('its public key does not belong to its seed');
  }
  return key;
}

function decode(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== SEED_BYTES) throw new RangeError('a key in it does not have 32 bytes');
  return bytes;
}
