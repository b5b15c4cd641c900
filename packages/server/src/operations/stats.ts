import { type EventView, formatIp, parseIp } from '@attestry/core';
import type { EventQuery, StatsBucket, StatsGroup } from '@attestry/ledger';
import type { Caller } from '../auth/caller.ts';
import { STATS_GROUPS_DEFAULT } from '../limits.ts';
import { compileAsked, type FilterInput, filterNames, isEmptyView, toEventFilters } from './event-filters.ts';
import type { Operations } from './operations.ts';

/** Counts per group, exact. */
export interface Stats {
  readonly group_by: StatsGroup;
  readonly total: number;
  /** Days, hours and minutes as RFC 3339 in UTC; `null` for events without the member, or with one the caller may not see. */
  readonly groups: readonly { readonly key: string | null; readonly count: number }[];
}

const BLIND: ReadonlySet<StatsGroup> = new Set(['actor', 'target', 'ip', 'session']);

/** Counts the matching events by one member. */
export async function stats(
  ops: Operations,
  caller: Caller,
  input: FilterInput & { readonly group_by: StatsGroup; readonly limit?: number | undefined },
): Promise<Stats> {
  const filters = toEventFilters(input, ops.now());
  const { view, personal } = caller.rights;
  ops.audit.noteRead(caller, 'audit_log.searched', 'stats', filterNames(input));
  if (view === undefined || isEmptyView(view)) return { group_by: input.group_by, total: 0, groups: [] };
  const query = await compileAsked(ops.ledger, caller.tenant, filters, { view, personal });
  return groupBy(ops, caller, query, {
    by: input.group_by,
    limit: input.limit ?? STATS_GROUPS_DEFAULT,
  });
}

/** The same for a query that is compiled already. */
export async function groupBy(
  ops: Operations,
  caller: Caller,
  query: EventQuery,
  grouping: { readonly by: StatsGroup; readonly limit: number },
): Promise<Stats> {
  const { by, limit } = grouping;
  const { total, buckets } = await ops.metrics.time('stats', () => ops.ledger.query.stats(query, by, limit));
  const names = BLIND.has(by) ? await readNames(ops, caller, by, buckets) : undefined;
  const groups = buckets.map((bucket, index) => ({
    key: names === undefined ? plainKey(by, bucket.key) : (names[index] ?? null),
    count: bucket.count,
  }));
  return { group_by: by, total, groups };
}

function plainKey(by: StatsGroup, key: StatsBucket['key']): string | null {
  if (key === null) return null;
  return by === 'day' || by === 'hour' || by === 'minute' ? new Date(Number(key)).toISOString() : String(key);
}

/** Columns hold blind indexes of identifiers; the names are read from one record of each group. */
async function readNames(
  ops: Operations,
  caller: Caller,
  by: StatsGroup,
  buckets: readonly StatsBucket[],
): Promise<readonly (string | null)[]> {
  const records = await Promise.all(
    buckets.map(({ sampleSeq }) => ops.ledger.readRecords(caller.tenant, sampleSeq, sampleSeq + 1)),
  );
  const views = await ops.ledger.readEvents(caller.tenant, records.flat(), {
    personal: caller.rights.personal,
  });
  const bySeq = new Map(views.map((view) => [view.seq, view]));
  return buckets.map(({ sampleSeq }) => identifier(bySeq.get(sampleSeq), by));
}

function identifier(event: EventView | undefined, by: StatsGroup): string | null {
  if (by === 'actor') return event?.actor?.id ?? null;
  if (by === 'target') return event?.target?.id ?? null;
  if (by === 'session') return event?.actor?.session_id ?? null;
  return canonicalIp(event?.actor?.ip_address);
}

/** One text for one address: the events of a group may write it as `::ffff:192.0.2.1` or with upper-case digits. */
function canonicalIp(text: string | undefined): string | null {
  const address = text === undefined ? undefined : parseIp(text);
  return address === undefined ? null : formatIp(address);
}
