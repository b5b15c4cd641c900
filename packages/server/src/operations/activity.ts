import type { EventView } from '@attestry/core';
import type { EventFilters } from '@attestry/ledger';
import type { Caller } from '../auth/caller.ts';
import { compileFor, type FilterInput, isEmptyView, toEventFilters } from './event-filters.ts';
import type { Operations } from './operations.ts';
import { groupBy, type Stats } from './stats.ts';

/** Recent events of a profile. */
const RECENT_EVENTS = 20;
/** Groups of a profile: the commonest types; days of the last quarter. */
const PROFILE_GROUPS = 50;
const PROFILE_DAYS = 92;

/** What an actor did, or what was done to a target. */
export interface Activity {
  readonly total: number;
  readonly first_at: string | null;
  readonly last_at: string | null;
  readonly types: Stats['groups'];
  readonly statuses: Stats['groups'];
  readonly days: Stats['groups'];
  /** Newest first. */
  readonly recent: readonly EventView[];
}

const NOTHING: Activity = {
  total: 0,
  first_at: null,
  last_at: null,
  types: [],
  statuses: [],
  days: [],
  recent: [],
};

/**
 * The profile of whatever the filters select, within the caller's view.
 *
 * @param subject `{actor: [id]}`, or `{target_type: [type], target: [id]}`
 */
export async function activity(
  ops: Operations,
  caller: Caller,
  subject: EventFilters,
  range: FilterInput,
): Promise<Activity> {
  const filters: EventFilters = {
    ...toEventFilters({ from: range.from, to: range.to }, ops.now()),
    ...subject,
  };
  ops.audit.noteRead(caller, 'audit_log.searched', 'activity', Object.keys(subject));
  const { view } = caller.rights;
  if (view === undefined || isEmptyView(view)) return NOTHING;
  const query = await compileFor(ops.ledger, caller.tenant, filters, view);
  const { personal } = caller.rights;
  const [types, statuses, days, oldest, newest] = await Promise.all([
    groupBy(ops, caller, query, { by: 'type', limit: PROFILE_GROUPS }),
    groupBy(ops, caller, query, { by: 'status', limit: PROFILE_GROUPS }),
    groupBy(ops, caller, query, { by: 'day', limit: PROFILE_DAYS }),
    ops.ledger.query.page(query, { order: 'asc', limit: 1 }),
    ops.ledger.query.page(query, { order: 'desc', limit: RECENT_EVENTS }),
  ]);
  const at = (row: { occurredAtMs: number } | undefined): string | null =>
    row === undefined ? null : new Date(row.occurredAtMs).toISOString();
  return {
    total: types.total,
    first_at: at(oldest.rows[0]),
    last_at: at(newest.rows[0]),
    types: types.groups,
    statuses: statuses.groups,
    days: days.groups,
    recent: await ops.ledger.readEvents(caller.tenant, newest.rows, { personal }),
  };
}
