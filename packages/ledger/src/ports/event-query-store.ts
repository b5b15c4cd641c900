import type { BlindIndex } from '../projection/event-columns.ts';
import type { StoredRecord } from './ledger-store.ts';

/** Columns that hold plain words. */
export type WordColumn =
  | 'type'
  | 'category'
  | 'severity'
  | 'status'
  | 'verb'
  | 'project'
  | 'actorType'
  | 'targetType'
  | 'trafficLight';

/** Columns that hold blind indexes. */
export type BlindColumn =
  | 'actor'
  | 'actorEmail'
  | 'ip'
  | 'ipNet'
  | 'ipWide'
  | 'session'
  | 'target'
  | 'requestId'
  | 'correlationId'
  | 'parentId'
  | 'executionId';

/** A full-text expression: all of `all`, none of `none`; a phrase is a list of words in order. */
export interface TextMatch {
  readonly all: readonly TextTerm[];
  readonly none: readonly TextTerm[];
}
export interface TextTerm {
  readonly words: readonly string[];
  /** The last word matches as a prefix. */
  readonly prefix: boolean;
}

/** One condition; the alternatives inside it are OR, conditions of a query are AND. */
export type EventCondition =
  | { readonly kind: 'word'; readonly column: WordColumn; readonly anyOf: readonly string[] }
  /** `document.*` is the prefix `document.` */
  | { readonly kind: 'typePrefix'; readonly exact: readonly string[]; readonly prefixes: readonly string[] }
  | { readonly kind: 'blind'; readonly column: BlindColumn; readonly anyOf: readonly BlindIndex[] }
  | {
      readonly kind: 'anyBlind';
      readonly alternatives: readonly { column: BlindColumn; anyOf: readonly BlindIndex[] }[];
    }
  | {
      readonly kind: 'httpStatus';
      readonly ranges: readonly { readonly from: number; readonly to: number }[];
    }
  /** Compared as text with the value at `/metadata/<path>` of the record, which is not indexed. */
  | { readonly kind: 'metadata'; readonly path: readonly string[]; readonly anyOf: readonly string[] }
  | { readonly kind: 'regulation'; readonly anyOf: readonly string[] }
  | { readonly kind: 'text'; readonly match: TextMatch }
  /**
   * Events that do not meet the condition, those without the member included. What a reader may not see counts as absent
   * here too: such an event is found.
   */
  | { readonly kind: 'not'; readonly condition: PositiveCondition };

/** Any condition but a negated one. */
export type PositiveCondition = Exclude<EventCondition, { readonly kind: 'not' }>;

/** Position of a row in an order; what a cursor carries. */
export interface RowPosition {
  readonly timeMs: number;
  readonly seq: number;
}

export interface EventQuery {
  readonly tenant: string;
  /**
   * Whether the reader may see sealed members. Without it they MUST NOT make a difference to any answer: texts find
   * open members only, a blind column counts as absent where the member is sealed, also as a group.
   */
  readonly personal: boolean;
  readonly conditions: readonly EventCondition[];
  /** Which clock `fromMs`, `toMs` and the order use. Ties are broken by `seq`. */
  readonly time: 'occurred' | 'recorded';
  /** Inclusive. */
  readonly fromMs?: number;
  /** Exclusive. */
  readonly toMs?: number;
}

export interface PageRequest {
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** Rows strictly after this position in the asked order, or before it when `backwards`. */
  readonly position?: RowPosition;
  readonly backwards?: boolean;
}

export interface EventRow extends StoredRecord {
  readonly atMs: number;
  readonly occurredAtMs: number;
}

export interface EventPage {
  readonly rows: readonly EventRow[];
  /** Whether more rows follow in the direction of reading. */
  readonly more: boolean;
  /**
   * For a query with text conditions, also negated ones: the first seq that the full-text index had not reached before
   * the page was read. Rows from there on may be missing, or be here by mistake. MUST be given for such a query.
   */
  readonly searchedTo?: number;
  /**
   * Where a replica answers: the first seq that it had not received before the page was read. Absent where no append is
   * ever missing.
   */
  readonly readTo?: number;
}

export type StatsGroup =
  | 'type'
  | 'category'
  | 'severity'
  | 'status'
  | 'actor'
  | 'target'
  | 'ip'
  | 'project'
  | 'session'
  | 'day'
  | 'hour'
  | 'minute';

export interface StatsBucket {
  /** The word, the UTC start of the day, hour or minute in ms, or `null` for a blind column: then see `sampleSeq`. */
  readonly key: string | number | null;
  readonly count: number;
  /** A record of the group, from which the name behind a blind index is read. */
  readonly sampleSeq: number;
}

/**
 * Finding events. Only records of type `event` are visible. Every query is of one tenant; an implementation MUST
 * make it impossible for a condition to reach another tenant's rows.
 *
 * - Results MUST show every append that resolved before the call (text conditions: every event up to the search
 *   follower's cursor; on a replica: every one up to `readTo`).
 * - `page` MUST cost no more the deeper the page is (keyset, never OFFSET).
 * - A call MUST NOT block the caller's thread for longer than it takes to send it.
 */
export interface EventQueryStore {
  page(query: EventQuery, request: PageRequest): Promise<EventPage>;
  /** Exact number of matching events. */
  count(query: EventQuery): Promise<number>;
  /** A number known to be near the exact one, from statistics or a bounded scan; `exact` when it happens to be. */
  estimate(query: EventQuery): Promise<{ readonly count: number; readonly exact: boolean }>;
  /**
   * Groups by descending count, the `limit` largest; of days, hours and minutes the `limit` latest, by ascending time.
   * And the exact total.
   */
  stats(
    query: EventQuery,
    by: StatsGroup,
    limit: number,
  ): Promise<{ readonly total: number; readonly buckets: readonly StatsBucket[] }>;
  /**
   * Only where a replica answers: the first seq of a log that it has not received; what is asked next lacks none before.
   * MUST reject when the replica does not answer, and with `replica_wrong` when it has another log.
   */
  readonly readTo?: (tenant: string) => Promise<number>;
}
