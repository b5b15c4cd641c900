import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN_PATTERN = /^att_([a-z0-9]{2,12})_([0-9A-Za-z]{16})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/;
const TOKEN_CHARS_MAX = 4 + 12 + 1 + 16 + 1 + 43 + 1 + 6;

/** A token taken apart. */
export interface ApiKeyToken {
  readonly environment: string;
  /** Names the key in lists, in the log and as `received_from`; not secret. */
  readonly id: string;
  readonly secret: string;
}

function toBase62(value: bigint, width: number): string {
  let rest = value;
  let text = '';
  while (rest > 0n) {
    text = ALPHABET[Number(rest % 62n)] + text;
    rest /= 62n;
  }
  return text.padStart(width, '0');
}

function checksum(body: string): string {
  // Plain numbers: this runs on every request, and BigInt would cost more than the hash of the secret.
  let rest = crc32(body);
  let text = '';
  for (let digit = 0; digit < 6; digit++) {
    text = ALPHABET[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** A new token `att_<env>_<id>_<secret>_<crc>`: 256 bits of secret, in a form that secret scanners recognise. */
export function newToken(
  environment: string,
  id: string = newKeyId(),
): { readonly text: string; readonly token: ApiKeyToken } {
  const secret = toBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), 43);
  const body = `att_${environment}_${id}_${secret}`;
  return { text: `${body}_${checksum(body)}`, token: { environment, id, secret } };
}

/** A new key id: 16 characters, 95 bits, so that ids never meet. */
export function newKeyId(): string {
  return toBase62(BigInt(`0x${randomBytes(12).toString('hex')}`) % 62n ** 16n, 16);
}

/** Takes a token apart; `undefined` for anything that is not a whole token (also a mistyped one: the checksum). */
export function parseToken(text: string): ApiKeyToken | undefined {
  if (text.length > TOKEN_CHARS_MAX) return undefined;
  const match = TOKEN_PATTERN.exec(text);
  if (match === null) return undefined;
  const [, environment = '', id = '', secret = '', crc = ''] = match;
  if (crc !== checksum(text.slice(0, -7))) return undefined;
  return { environment, id, secret };
}

/** What is stored of a secret. The secret has 256 random bits: a slow hash would add nothing. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Compares in constant time (trap 31). */
export function isSecret(secret: string, storedSha256Hex: string): boolean {
  const stored = Buffer.from(storedSha256Hex, 'hex');
  const given = hash('sha256', secret, 'buffer');
  return stored.length === given.length && timingSafeEqual(stored, given);
}
