import type { BrowserCredential } from '../auth/browser-tokens.ts';
import type { Caller } from '../auth/caller.ts';
import { ApiError } from '../errors/api-error.ts';
import { PAGE_BATCH_EVENTS_MAX } from '../limits.ts';
import type { EventOutcome } from './event-outcome.ts';
import { ingestEvents } from './ingest-events.ts';
import type { Operations } from './operations.ts';
import { pageEvent, reviewPageEvent } from './page-events.ts';

/** Who a page's request is from. */
export interface PageSource extends BrowserCredential {
  readonly address: string;
  readonly userAgent: string | undefined;
}

/** The maker of a page's token, as the one who acts. */
export function callerOf({ maker, address }: PageSource): Caller {
  return { key: maker.key, rights: maker.rights, tenant: maker.key.tenant, address };
}

/**
 * Takes a page's events into the log of the tenant that made its token. Each is judged alone.
 *
 * @throws {ApiError} `payload_too_large`; {OverloadedError} when nothing of the request was kept
 */
export async function ingestPageEvents(
  ops: Operations,
  source: PageSource,
  sent: readonly unknown[],
): Promise<readonly EventOutcome[]> {
  if (sent.length > PAGE_BATCH_EVENTS_MAX) {
    const detail = `A request of a page holds at most ${PAGE_BATCH_EVENTS_MAX} events, this one ${sent.length}.`;
    throw new ApiError('payload_too_large', detail);
  }
  const nowMs = ops.now();
  const received = sent.map((event) => pageEvent(event, source, nowMs));
  return ingestEvents(ops, callerOf(source), received, {
    receivedFrom: `browser:${source.maker.key.id}`,
    review: (event) => reviewPageEvent(event, source.claims),
  });
}
