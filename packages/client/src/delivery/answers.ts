import { AttestryError } from '../errors.ts';
import { RETRY_AFTER_MS_MAX } from '../limits.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';
import type { Receipt } from '../receipt.ts';

/** What the answer to one request means for its events. */
export type Verdict =
  /** One result per event, in order. */
  | { readonly kind: 'settled'; readonly results: readonly (Receipt | AttestryError)[] }
  /** Nothing was kept; send it again, not before so many ms when the server said so. */
  | { readonly kind: 'again'; readonly error: AttestryError; readonly afterMs: number | undefined }
  /** Nothing was kept, and the key has to be changed first. */
  | { readonly kind: 'key_refused'; readonly error: AttestryError }
  /** The request as a whole was too large. */
  | { readonly kind: 'too_large'; readonly error: AttestryError };

interface Refusal {
  readonly code?: string;
  readonly path?: string;
  readonly detail?: string;
  readonly index?: number;
}

/** Judges the answer to a request. */
export async function judgeAnswer(response: Response, batch: readonly QueuedEvent[]): Promise<Verdict> {
  const { status } = response;
  const body = (await response.json().catch(() => undefined)) as Record<string, unknown> | undefined;
  if (status === 201 && Array.isArray(body?.['receipts']) && body['receipts'].length === batch.length) {
    return { kind: 'settled', results: body['receipts'] as Receipt[] };
  }
  if (status === 207 && Array.isArray(body?.['results'])) {
    const results = body['results'] as (Refusal & { receipt?: Receipt })[];
    return {
      kind: 'settled',
      results: batch.map((event, index) => {
        const result = results.find((one) => one.index === index) ?? {};
        return result.receipt ?? refused(event, status, result);
      }),
    };
  }
  const problem = (body ?? {}) as Refusal & { errors?: Refusal[] };
  const said = problem.detail ?? `the server answered ${status}`;
  const error = new AttestryError(status === 401 || status === 403 ? 'key_refused' : 'unavailable', said, {
    status,
    serverCode: problem.code,
    path: problem.path,
  });
  if (status === 401) return { kind: 'key_refused', error };
  if (status === 413 && batch.length > 1) return { kind: 'too_large', error };
  if (isRefusal(status) && (problem.errors !== undefined || batch.length === 1)) {
    const errors = problem.errors ?? [];
    return {
      kind: 'settled',
      results: batch.map((event, i) =>
        refused(event, status, errors.find(({ index }) => index === i) ?? errors[0] ?? problem),
      ),
    };
  }
  // All events of a request have the same key, so without a word on single events the key is what was refused.
  if (status === 403) return { kind: 'key_refused', error };
  // A whole request that was refused without naming an event: send it in halves, so that the good ones get through.
  if (isRefusal(status)) return { kind: 'too_large', error };
  return { kind: 'again', error, afterMs: retryAfterMs(response.headers.get('retry-after')) };
}

function isRefusal(status: number): boolean {
  return (
    status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 425 && status !== 429
  );
}

function refused(event: QueuedEvent, status: number, { code, path, detail }: Refusal): AttestryError {
  const where = path === undefined || path === '' ? '' : ` at ${path}`;
  return new AttestryError('event_refused', `${event.type}${where}: ${detail ?? `answered with ${status}`}`, {
    status,
    serverCode: code,
    path,
    eventId: event.id,
  });
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3) as ms from now. */
export function retryAfterMs(header: string | null, nowMs: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), RETRY_AFTER_MS_MAX) : undefined;
}
