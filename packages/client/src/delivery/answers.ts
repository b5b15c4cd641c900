import { AttestryError } from '../errors.ts';
import { REFUSED_KEY_RETRY_MS, RETRY_AFTER_MS_MAX } from '../limits.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';
import type { Receipt } from '../receipt.ts';

/** What the answer to one request means for its events. */
export interface Verdict {
  /** One per event, in order, so far as they are settled; the others are to be sent again. */
  readonly results?: readonly (Receipt | AttestryError | undefined)[];
  /** Why events are to be sent again. */
  readonly error: AttestryError;
  /** Not before so many ms, when the server said so. */
  readonly afterMs?: number | undefined;
  /** How much our clock is ahead of the server's, as far as its answer tells. */
  readonly aheadMs?: number;
  /** The request as a whole was refused: for the events that have a result, or without saying for which. */
  readonly isRefused?: boolean;
  /** It was not Attestry that refused the request, but something in front of it, or in its place. */
  readonly isForeign?: boolean;
}

interface Result {
  readonly index?: number;
  readonly status?: number;
  readonly code?: string;
  readonly path?: string;
  readonly detail?: string;
  readonly receipt?: Receipt;
}

interface Answer extends Result {
  readonly receipts?: readonly Receipt[];
  readonly results?: readonly Result[];
  readonly errors?: readonly Result[];
}

/** Judges the answer to a request. */
export async function judgeAnswer(response: Response, batch: readonly QueuedEvent[]): Promise<Verdict> {
  const { status, headers } = response;
  const body = ((await response.json().catch(() => undefined)) ?? {}) as Answer;
  const isOurs = status === 207 || typeof body.code === 'string';
  const isKeyRefused = status === 401 || (status === 403 && isOurs);
  const error = new AttestryError(
    isKeyRefused ? 'key_refused' : 'unavailable',
    `${response.url} answered ${status}${body.detail ? `: ${body.detail}` : '; is that the address of an Attestry server?'}`,
    { status, serverCode: body.code, path: body.path },
  );
  const afterMs = isKeyRefused
    ? REFUSED_KEY_RETRY_MS
    : retryAfterMs(headers.get('retry-after'), headers.get('date'));
  const aheadMs = Date.now() - Date.parse(headers.get('date') ?? '');
  const verdict: Verdict = { error, afterMs, aheadMs };
  if (status === 201 && body.receipts?.length === batch.length) return { ...verdict, results: body.receipts };
  if (!isOurs)
    return { ...verdict, isForeign: status >= 400 && status < 500 && !OF_THE_WAY.includes(status) };
  if (!REFUSALS.includes(status) && (status !== 403 || body.errors === undefined)) return verdict;
  const results = each(batch, body, status);
  return { ...verdict, results, isRefused: status !== 207 && batch.length > 1 };
}

/**
 * Statuses that say something about the events, if only that there is something about one of them. Others are about the
 * server, the address or the key, and no reason to give an event up.
 */
const REFUSALS: readonly number[] = [207, 400, 409, 413, 422];

/** What others than the server say of the address, the key or the load; whatever else they refuse may be refused for what is in it. */
const OF_THE_WAY: readonly number[] = [401, 404, 405, 407, 408, 425, 429];

/** What is said of each event. A parser that stops at the first fault names only that one, by its path. */
function each(
  batch: readonly QueuedEvent[],
  body: Answer,
  status: number,
): (Receipt | AttestryError | undefined)[] {
  const named = new Map<number, Result>(batch.length === 1 && body.code ? [[0, body]] : []);
  for (const result of body.results ?? body.errors ?? []) {
    const index =
      result.index ?? /^\/events\/(\d+)/.exec(result.path ?? '')?.[1] ?? (batch.length > 1 ? NaN : 0);
    named.set(Number(index), result);
  }
  return batch.map((event, index) => {
    const result = named.get(index);
    return result && (result.receipt ?? (isPassing(result) ? undefined : refused(event, status, result)));
  });
}

/** Trouble of the server with one event, such as a full disk; not the event's fault. */
function isPassing({ status = 0, code = '' }: Result): boolean {
  return status === 429 || status >= 500 || code.startsWith('store_');
}

function refused(event: QueuedEvent, status: number, result: Result): AttestryError {
  const { code, path, detail = `answered with ${status}` } = result;
  const where = path ? ` at ${path}` : '';
  return new AttestryError('event_refused', `${event.type}${where}: ${detail}`, {
    status: result.status ?? status,
    serverCode: code,
    path,
    eventId: event.id,
  });
}

/**
 * Seconds or an HTTP date (RFC 9110, 10.2.3) as ms from now.
 *
 * @param date the server's own time (header `Date`), by which its dates are meant; ours may be wrong
 */
export function retryAfterMs(header: string | null, date: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header)
    ? Number(header) * 1_000
    : Date.parse(header) - (Date.parse(date ?? '') || Date.now());
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), RETRY_AFTER_MS_MAX);
}
