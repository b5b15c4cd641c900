import { normalizeEvent, type PersonalDeclaration } from '@attestry/core';
import type { AppendResult, IncomingEvent, RefusalCode } from '@attestry/ledger';
import type { KeyBounds } from '../auth/api-key.ts';
import type { Caller } from '../auth/caller.ts';
import { matchesType } from '../auth/rights.ts';
import { ApiError, type ErrorItem } from '../errors/api-error.ts';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.ts';
import { storeTrouble } from '../errors/store-trouble.ts';
import { BATCH_EVENTS_MAX } from '../limits.ts';
import type { TenantSchemas } from '../schemas/event-schemas.ts';
import { derivedEventIds, newEventId } from './event-ids.ts';
import type { EventOutcome, RefusedEvent } from './event-outcome.ts';
import { inTime } from './in-time.ts';
import type { Operations } from './operations.ts';
import { TimeSlice } from './time-slice.ts';

/** An event as it came in, or why it could not even be read (a broken line of NDJSON). */
export type ReceivedEvent = { readonly value: unknown } | { readonly error: ApiError };

interface Prepared {
  readonly index: number;
  readonly event: IncomingEvent;
}

/** What the ledger's refusals are to the client. */
const LEDGER_ANSWERS: Readonly<Record<RefusalCode, ErrorCode>> = {
  id_conflict: 'id_conflict',
  record_too_large: 'record_too_large',
  not_canonical: 'invalid_event',
  store_failed: 'unavailable',
  store_full: 'unavailable',
};

/** What else there is to know of a request's events. */
export interface IngestOptions {
  /** Makes the ids of events that have none. */
  readonly idempotencyKey?: string | undefined;
  /** Whom the events are received from; the id of the caller's key when absent. */
  readonly receivedFrom?: string;
  /** Sees each event last, may change it, or says why not. */
  readonly review?: (event: IncomingEvent) => IncomingEvent | Omit<RefusedEvent, 'index'>;
}

const IDEMPOTENCY_KEY_PATTERN = /^[!-~]{1,255}$/;

/**
 * Takes events into the caller's log. Every event is judged alone: a bad one is refused with its place and never
 * holds up its neighbours (trap 14). Returns after the accepted ones are durable.
 *
 * @throws {ApiError} `payload_too_large`, `unavailable`; {OverloadedError} when nothing of the request was kept
 */
export async function ingestEvents(
  ops: Operations,
  caller: Caller,
  received: readonly ReceivedEvent[],
  options: IngestOptions = {},
): Promise<readonly EventOutcome[]> {
  if (received.length > BATCH_EVENTS_MAX) {
    throw new ApiError(
      'payload_too_large',
      `A request holds at most ${BATCH_EVENTS_MAX} events, this one ${received.length}.`,
    );
  }
  const startedMs = performance.now();
  const outcomes = new Array<EventOutcome>(received.length);
  const prepared: Prepared[] = [];
  const prepare = makePreparer(ops, caller, options);
  const slice = new TimeSlice();
  for (const [index, item] of received.entries()) {
    if (slice.isOver()) await slice.next();
    const judged = prepare(index, item);
    if ('answer' in judged) outcomes[index] = { refused: judged };
    else prepared.push({ index, event: judged });
  }
  if (prepared.length > 0) {
    const events = prepared.map(({ event }) => event);
    const results = await inTime(ops.ledger.append(caller.tenant, events));
    for (const [position, { index }] of prepared.entries())
      outcomes[index] = toOutcome(index, results[position]);
  }
  ops.metrics.countIngest(prepared, outcomes, performance.now() - startedMs);
  return outcomes;
}

/** What is the same for all events of a request is worked out once. */
function makePreparer(
  ops: Operations,
  caller: Caller,
  { idempotencyKey, receivedFrom, review }: IngestOptions,
): (index: number, item: ReceivedEvent) => IncomingEvent | RefusedEvent {
  const derive =
    idempotencyKey === undefined ? undefined : derivedEventIds(caller.key.id, checkKey(idempotencyKey));
  const schemas = ops.schemas.of(caller.tenant);
  const nowMs = ops.now();
  const { bounds, id } = caller.key;
  const isBounded =
    bounds.projects !== undefined || bounds.categories !== undefined || bounds.types !== undefined;
  let current = 0;
  const context = {
    tenantId: caller.tenant,
    nowMs,
    newId: derive === undefined ? () => newEventId(nowMs) : () => derive(current),
    receivedFrom: receivedFrom ?? id,
  };
  return (index, item) => {
    if ('error' in item) return refuseUnread(index, item.error);
    current = index;
    const judged = judge(index, item.value, context, schemas);
    if ('answer' in judged) return judged;
    const path = isBounded ? outsideOf(judged.event, bounds) : undefined;
    if (path !== undefined) return outOfBounds(index, path);
    const reviewed = review === undefined ? judged : review(judged);
    return 'answer' in reviewed ? { index, ...reviewed } : reviewed;
  };
}

function checkKey(key: string): string {
  if (IDEMPOTENCY_KEY_PATTERN.test(key)) return key;
  throw new ApiError('invalid_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.', {
    path: 'idempotency-key',
  });
}

function judge(
  index: number,
  value: unknown,
  context: Parameters<typeof normalizeEvent>[1],
  schemas: TenantSchemas | undefined,
): IncomingEvent | RefusedEvent {
  const custom = schemas?.find(value);
  const outcome = normalizeEvent(custom === undefined ? value : custom.applyDefaults(value), context);
  if (!outcome.ok) {
    const [first] = outcome.problems;
    return {
      index,
      answer: 'invalid_event',
      code: first?.code ?? 'invalid_event',
      path: first?.path ?? '',
      detail: first?.detail ?? '',
    };
  }
  if (custom === undefined) return outcome;
  const violation = custom.check(outcome.event);
  if ('path' in violation)
    return { index, answer: 'schema_violation', code: 'schema_violation', ...violation };
  return {
    ...outcome,
    personal: [...outcome.personal, ...(violation.personal satisfies readonly PersonalDeclaration[])],
  };
}

function refuseUnread(index: number, error: ApiError): RefusedEvent {
  const [item] = error.options.errors ?? [];
  return {
    index,
    answer: error.code,
    code: item?.code ?? error.code,
    path: error.options.path ?? '',
    detail: error.message,
  };
}

/** The member by which an event is outside of what the key is bound to. */
function outsideOf(
  event: IncomingEvent['event'],
  { projects, categories, types }: KeyBounds,
): string | undefined {
  const project = event.context?.project_id;
  if (projects !== undefined && (project === undefined || !projects.includes(project)))
    return '/context/project_id';
  if (categories !== undefined && !categories.includes(event.category)) return '/category';
  return types === undefined || matchesType(event.type, types) ? undefined : '/type';
}

function outOfBounds(index: number, path: string): RefusedEvent {
  const detail = `${path} is none of those that the key is bound to; use another key, or correct the event.`;
  return { index, answer: 'forbidden', code: 'forbidden', path, detail };
}

function toOutcome(index: number, result: AppendResult | undefined): EventOutcome {
  if (result === undefined) throw new Error(`the ledger gave no result for event ${index}`);
  if (result.kind === 'receipt') return { receipt: result.receipt };
  const { code, path } = result;
  const answer = LEDGER_ANSWERS[code];
  const detail = answer === 'unavailable' ? storeTrouble(code).detail : result.detail;
  return { refused: { index, answer, code, path, detail } };
}

/**
 * The error to answer when every event of a request was refused.
 *
 * @param lines numbers of the events' lines, when they came as lines
 */
export function refusalOf(
  refused: readonly RefusedEvent[],
  isBatch: boolean,
  lines?: readonly number[],
): ApiError {
  const [first] = refused;
  if (first === undefined) throw new Error('no event was refused');
  const isUniform = refused.every(({ answer }) => answer === first.answer);
  const code: ErrorCode = isUniform ? first.answer : 'invalid_request';
  const errors: readonly ErrorItem[] = refused.map((item) => ({
    ...(isBatch ? { index: item.index } : {}),
    ...(lines?.[item.index] === undefined ? {} : { line: lines[item.index] }),
    code: item.code,
    path: item.path,
    detail: item.detail,
  }));
  const detail =
    isBatch && refused.length > 1
      ? `None of the ${refused.length} events was taken; see errors.`
      : first.detail;
  const { retryAfterS } = code === 'unavailable' ? storeTrouble(first.code) : {};
  return new ApiError(code, detail, {
    path: first.path,
    errors,
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });
}

/** The status a refused event would have got alone. */
export function statusOf(refused: RefusedEvent): number {
  return ERROR_CODES[refused.answer].status;
}
