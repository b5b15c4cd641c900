import type { EventPage, EventQuery, PageRequest } from '@attestry/ledger';
import type { Caller } from '../auth/caller.ts';
import { PAGE_EVENTS_DEFAULT } from '../limits.ts';
import { decodeCursor, encodeCursor, queryFingerprint } from './cursor.ts';
import { compileAsked, type FilterInput, filterNames, isEmptyView, toEventFilters } from './event-filters.ts';
import type { Operations } from './operations.ts';
import { parseFields, selectFields } from './select-fields.ts';

/** What a page is asked with, besides the filters. */
export interface PageInput {
  readonly order?: 'asc' | 'desc' | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
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

/** The query as far as a cursor depends on it: everything but page size, count, fields and the cursor itself. */
function fingerprintOf(caller: Caller, input: FilterInput & PageInput): Buffer {
  const { cursor: _cursor, limit: _limit, count: _count, fields: _fields, ...rest } = input;
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
  const cursor = input.cursor === undefined ? undefined : decodeCursor(input.cursor, fingerprint);
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
  const request: PageRequest = {
    order: input.order ?? 'desc',
    limit: input.limit ?? PAGE_EVENTS_DEFAULT,
    ...(cursor === undefined
      ? {}
      : { position: { timeMs: cursor.timeMs, seq: cursor.seq }, backwards: cursor.backwards }),
  };
  const page = await ops.metrics.time('listEvents', () => ops.ledger.query.page(query, request));
  const events = await ops.ledger.readEvents(caller.tenant, page.rows, { personal: caller.rights.personal });
  return {
    events: events.map((event) => selectFields(event, selection)),
    ...cursorsOf(query, page, fingerprint, { text: input.cursor, backwards: cursor?.backwards === true }),
    has_more: page.more,
    ...(page.readTo === undefined ? {} : { read_to: page.readTo }),
    ...(await countOf(ops, query, input.count, page.rows.length + (page.more ? 1 : 0))),
  };
}

function cursorsOf(
  query: EventQuery,
  page: EventPage,
  fingerprint: Buffer,
  { text: given, backwards }: { readonly text: string | undefined; readonly backwards: boolean },
): Pick<EventListing, 'next_cursor' | 'previous_cursor'> {
  const at = (index: number, back: boolean): string | null => {
    const row = page.rows.at(index);
    if (row === undefined) return null;
    const timeMs = query.time === 'recorded' ? row.atMs : row.occurredAtMs;
    return encodeCursor({ timeMs, seq: row.seq, backwards: back }, fingerprint);
  };
  if (page.rows.length === 0) {
    // Nothing there (yet): the position that was asked from stays good, e.g. for a reader that polls for what comes.
    return {
      next_cursor: backwards ? null : (given ?? null),
      previous_cursor: backwards ? (given ?? null) : null,
    };
  }
  const isFirstPage = given === undefined || (backwards && !page.more);
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
