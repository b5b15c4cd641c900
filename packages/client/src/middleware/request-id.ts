import { uuidV7 } from '../event/uuid-v7.ts';
import type { IncomingRequest } from './recorded-request.ts';

const SENT_ID = /^[A-Za-z0-9._:/+=@-]{1,200}$/;

/** Ids that one UUID may become before the next is made. */
const COUNT_MAX = 0xfff;

let head = '';
let tail = '';
let madeMs = -1;
let count = COUNT_MAX;

/** The id that came with a request, when it is sound, or a new one. */
export function requestIdOf(request: IncomingRequest<unknown>): string {
  const sent = request.header('x-request-id') ?? request.header('x-correlation-id');
  return sent !== undefined && SENT_ID.test(sent) ? sent : newRequestId(Date.now());
}

/**
 * A UUID version 7. Those of one millisecond differ in their counter only and share the 62 random bits: an id of a request
 * has to be its own, not secret, and a busy server makes thousands in a second.
 *
 * @see RFC 9562, 5.7
 */
function newRequestId(nowMs: number): string {
  if (nowMs !== madeMs || count === COUNT_MAX) {
    const id = uuidV7(nowMs);
    head = id.slice(0, 14);
    tail = id.slice(18);
    madeMs = nowMs;
    count = -1;
  }
  count += 1;
  return `${head}${(0x7000 + count).toString(16)}${tail}`;
}
