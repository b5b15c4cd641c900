import { Type } from '@attestry/core';
import type { Receipt } from '@attestry/ledger';
import { ApiError } from '../../errors/api-error.ts';
import { BATCH_EVENTS_MAX, BODY_BYTES_MAX } from '../../limits.ts';
import type { EventOutcome } from '../../operations/event-outcome.ts';
import { ingestEvents, type ReceivedEvent, refusalOf, statusOf } from '../../operations/ingest-events.ts';
import { TimeSlice } from '../../operations/time-slice.ts';
import { NdjsonBody, parseJson } from '../body-parsers.ts';
import { TenantQuery } from '../query-parameters.ts';
import { type AnyRoute, type Reply, route } from '../route.ts';
import { ref } from '../shared-schemas.ts';

interface RequestEvents {
  readonly received: readonly ReceivedEvent[];
  readonly isBatch: boolean;
  /** NDJSON: the number of each event's line, from 1; blank lines count, as in an editor. */
  readonly lines?: readonly number[];
}

/** A request body as events: one, a list under `events`, or lines. */
async function readBody(body: unknown): Promise<RequestEvents> {
  if (body instanceof NdjsonBody) return { ...(await readLines(body.text)), isBatch: true };
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ApiError('invalid_request', 'The body must be one event, or {"events": [...]}.', { path: '' });
  }
  if (!Object.hasOwn(body, 'events')) return { received: [{ value: body }], isBatch: false };
  const { events, ...rest } = body as { events: unknown };
  const [extra] = Object.keys(rest);
  if (extra !== undefined)
    throw new ApiError('invalid_request', `"${extra}" is not known beside "events".`, { path: `/${extra}` });
  if (!Array.isArray(events))
    throw new ApiError('invalid_request', '/events must be a list.', { path: '/events' });
  if (events.length === 0) throw new ApiError('invalid_request', '/events is empty.', { path: '/events' });
  return { received: events.map((value) => ({ value })), isBatch: true };
}

/** Lines of NDJSON; blank ones are skipped. A line that cannot be read is a refused event, not a refused request. */
async function readLines(text: string): Promise<Pick<RequestEvents, 'received' | 'lines'>> {
  const received: ReceivedEvent[] = [];
  const lines: number[] = [];
  const slice = new TimeSlice();
  for (const [position, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    if (received.length === BATCH_EVENTS_MAX)
      throw new ApiError('payload_too_large', `A request holds at most ${BATCH_EVENTS_MAX} events.`);
    if (slice.isOver()) await slice.next();
    lines.push(position + 1);
    try {
      received.push({ value: parseJson(line, position + 1) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      received.push({ error });
    }
  }
  if (received.length === 0) throw new ApiError('invalid_request', 'The body holds no event.', { path: '' });
  return { received, lines };
}

/** A receipt as JSON. All members are hex, digits or ISO times, so no escaping is needed; this is the hot path. */
function receiptJson({ id, seq, hash, recorded_at, duplicate }: Receipt): string {
  return `{"id":"${id}","seq":${seq},"hash":"${hash}","recorded_at":"${recorded_at}","duplicate":${duplicate}}`;
}

/** The route has no helmet; these two matter to programs too. */
const RECEIPT_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;

function json(status: number, data: string): Reply {
  return { status, content: { type: 'application/json', data }, headers: RECEIPT_HEADERS };
}

function answer(outcomes: readonly EventOutcome[], { isBatch, lines }: RequestEvents): Reply {
  const refused = outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : []));
  if (refused.length === outcomes.length) throw refusalOf(refused, isBatch, lines);
  if (refused.length > 0) {
    const results = outcomes.map((outcome, index) => {
      if ('receipt' in outcome) return { index, status: 201, receipt: outcome.receipt };
      const { code, path, detail } = outcome.refused;
      const line = lines?.[index];
      return {
        index,
        ...(line === undefined ? {} : { line }),
        status: statusOf(outcome.refused),
        code,
        path,
        detail,
      };
    });
    return {
      status: 207,
      body: { accepted: outcomes.length - refused.length, refused: refused.length, results },
    };
  }
  const receipts = outcomes.map((outcome) => ('receipt' in outcome ? receiptJson(outcome.receipt) : ''));
  return isBatch ? json(201, `{"receipts":[${receipts.join(',')}]}`) : json(201, receipts[0] ?? '');
}

const Batch = Type.Object({
  events: Type.Array(ref('EventInput'), { minItems: 1, maxItems: BATCH_EVENTS_MAX }),
});

export const INGEST_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'POST',
    url: '/v1/events',
    access: { scope: 'events:write' },
    operationId: 'ingestEvents',
    tag: 'events',
    summary: 'Record events',
    description: [
      'One event, `{"events": [...]}`, or one event per line (`application/x-ndjson`); at most 1,000 events and 5 MB.',
      'The answer comes after the events are durable. Each event is judged alone: 207 tells which were refused and why;',
      'when all were refused the answer is a problem with `errors`. An id makes an event idempotent for ever;',
      '`Idempotency-Key` does the same for a whole request whose events have no ids. `Prefer: respond-async` is ignored:',
      'without a spool a durable receipt is the faster answer.',
    ].join('\n'),
    query: TenantQuery,
    body: Type.Union([ref('EventInput'), Batch]),
    bodyIsCheckedByOperation: true,
    lean: true,
    consumes: ['application/json', 'application/x-ndjson'],
    bodyBytesMax: BODY_BYTES_MAX,
    responses: {
      201: {
        description: 'All are durable.',
        schema: Type.Union([ref('Receipt'), Type.Object({ receipts: Type.Array(ref('Receipt')) })]),
      },
      207: {
        description: 'Some were refused.',
        schema: Type.Object({
          accepted: Type.Integer(),
          refused: Type.Integer(),
          results: Type.Array(ref('EventOutcome')),
        }),
      },
    },
    async handle(caller, { ops, body, headers }) {
      if (body === undefined)
        throw new ApiError(
          'unsupported_media_type',
          'Send the events as application/json or application/x-ndjson.',
        );
      const events = await readBody(body);
      const key = headers['idempotency-key'];
      const outcomes = await ingestEvents(ops, caller, events.received, {
        idempotencyKey: typeof key === 'string' ? key : undefined,
      });
      return answer(outcomes, events);
    },
  }),
];
