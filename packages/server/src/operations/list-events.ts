import type { EventPage, EventQuery, EventRow, PageRequest, RowPosition } from '@attestry/ledger';
import type { Caller } from '../auth/caller.ts';
import { invalidParameter } from '../errors/api-error.ts';
import { PAGE_EVENTS_DEFAULT } from '../limits.ts';
import { type Cursor, decodeCursor, encodeCursor, queryFingerprint } from './cursor.ts';
import { compileAsked, type FilterInput, filterNames, isEmptyView, toEventFilters } from './event-filters.ts';
import type { Operations } from './operations.ts';
import { parseFields, selectFields } from './select-fields.ts';
import { parseTimeParameter } from './time-parameter.ts';

/** What a page is asked with, besides the filters. */
export interface PageInput {
  readonly order?: 'asc' | 'desc' | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Begins at this time instead of at the first event. */
  readonly at?: string | undefined;
  readonly count?: 'none' | 'estimate' | 'exact' | undefined;
  readonly fields?: readonly string[] | undefined;
}

/** A page of events. Cursors are given whenever there is a position, so that a reader can come back for what follows later. */
export interface EventListing {
  readonly events: readonly object[];
  readonly next_cursor: string | null;
  readonly previous_cursor: string | null;
  /** More events follow in the direction of reading. */
  readonly has_more: boolean;
  /** Where a replica answers: the first record that it may lack. */
  readonly read_to?: number;
  readonly count?: { readonly value: number; readonly exact: boolean };
}

/** The query as far as a cursor depends on it: everything but page size, count, fields, and where the reading began. */
function fingerprintOf(caller: Caller, input: FilterInput & PageInput): Buffer {
  const { cursor: _cursor, at: _at, limit: _limit, count: _count, fields: _fields, ...rest } = input;
  const sorted = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return queryFingerprint([caller.tenant, sorted]);
}

/**
 * Finds events, a page at a time, by keyset: page 1,000 costs what page 1 costs (trap 37).
 *
 * @throws {ApiError} `invalid_parameter` naming the parameter
 */
export async function listEvents(
  ops: Operations,
  caller: Caller,
  input: FilterInput & PageInput,
): Promise<EventListing> {
  const selection = parseFields(input.fields);
  const fingerprint = fingerprintOf(caller, input);
  if (input.at !== undefined && input.cursor !== undefined)
    throw invalidParameter('at', 'A cursor says where to begin: give at or cursor, not both.');
  const cursor = input.cursor === undefined ? undefined : decodeCursor(input.cursor, fingerprint);
  const atMs = input.at === undefined ? undefined : parseTimeParameter('at', input.at, ops.now());
  const filters = toEventFilters(input, ops.now());
  const { view, personal } = caller.rights;
  ops.audit.noteRead(caller, 'audit_log.searched', 'listEvents', filterNames(input));
  if (view === undefined || isEmptyView(view)) {
    return {
      events: [],
      next_cursor: null,
      previous_cursor: null,
      has_more: false,
      ...(await countOf(ops, undefined, input.count)),
    };
  }
  const query = await compileAsked(ops.ledger, caller.tenant, filters, { view, personal });
  const order = input.order ?? 'desc';
  const start = atMs === undefined ? cursor : await placeAt(ops, query, order, atMs);
  const request: PageRequest = {
    order,
    limit: input.limit ?? PAGE_EVENTS_DEFAULT,
    ...(start === undefined
      ? {}
      : { position: { timeMs: start.timeMs, seq: start.seq }, backwards: start.backwards }),
  };
  const page = await ops.metrics.time('listEvents', () => ops.ledger.query.page(query, request));
  const events = await ops.ledger.readEvents(caller.tenant, page.rows, { personal: caller.rights.personal });
  return {
    events: events.map((event) => selectFields(event, selection)),
    ...cursorsOf(query, page, fingerprint, start),
    has_more: page.more,
    ...(page.readTo === undefined ? {} : { read_to: page.readTo }),
    ...(await countOf(ops, query, input.count, page.rows.length + (page.more ? 1 : 0))),
  };
}

/**
 * Where a page begins that is asked for by a time: behind the last event that comes before it in the order. A place that
 * an event has, like every cursor: what a number beside a time means is the store's matter.
 */
async function placeAt(
  ops: Operations,
  query: EventQuery,
  order: 'asc' | 'desc',
  atMs: number,
): Promise<Cursor | undefined> {
  const { fromMs = atMs, toMs = atMs } = query;
  const isDown = order === 'desc';
  const range = isDown ? { fromMs: Math.max(fromMs, atMs + 1) } : { toMs: Math.min(toMs, atMs) };
  const before = await ops.ledger.query.page(
    { ...query, ...range },
    { order: isDown ? 'asc' : 'desc', limit: 1 },
  );
  const row = before.rows[0];
  return row === undefined ? undefined : { ...positionOf(query, row), backwards: false };
}

function positionOf({ time }: EventQuery, row: EventRow): RowPosition {
  return { timeMs: time === 'recorded' ? row.atMs : row.occurredAtMs, seq: row.seq };
}

function cursorsOf(
  query: EventQuery,
  page: EventPage,
  fingerprint: Buffer,
  start: Cursor | undefined,
): Pick<EventListing, 'next_cursor' | 'previous_cursor'> {
  const backwards = start?.backwards === true;
  const at = (index: number, back: boolean): string | null => {
    const row = page.rows.at(index);
    if (row === undefined) return null;
    return encodeCursor({ ...positionOf(query, row), backwards: back }, fingerprint);
  };
  if (page.rows.length === 0) {
    // Nothing there (yet): the position that was asked from stays good, e.g. for a reader that polls for what comes.
    const given = start === undefined ? null : encodeCursor(start, fingerprint);
    return { next_cursor: backwards ? null : given, previous_cursor: backwards ? given : null };
  }
  const isFirstPage = start === undefined || (backwards && !page.more);
  return { next_cursor: at(-1, false), previous_cursor: isFirstPage ? null : at(0, true) };
}

/** @param seen matches that the page shows or knows of: no estimate is lower */
async function countOf(
  ops: Operations,
  query: EventQuery | undefined,
  mode: PageInput['count'],
  seen = 0,
): Promise<Pick<EventListing, 'count'>> {
  if (mode === undefined || mode === 'none') return {};
  if (query === undefined) return { count: { value: 0, exact: true } };
  if (mode === 'exact') {
    const value = await ops.metrics.time('countEvents', () => ops.ledger.query.count(query));
    return { count: { value, exact: true } };
  }
  const { count, exact } = await ops.metrics.time('countEvents', () => ops.ledger.query.estimate(query));
  return { count: { value: exact ? count : Math.max(count, seen), exact } };
}
