import type { EventView } from '@attestry/core';
import type { EventFilters } from '@attestry/ledger';
import type { Caller } from '../auth/caller.ts';
import { ApiError } from '../errors/api-error.ts';
import { compileAsked, type FilterInput, isEmptyView, toEventFilters } from './event-filters.ts';
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
 * @throws {ApiError} `forbidden` for the profile of a person, when the caller may not see personal data
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
  const { view, personal } = caller.rights;
  if (view === undefined || isEmptyView(view)) return NOTHING;
  if (!personal && subject.actor !== undefined) {
    throw new ApiError(
      'forbidden',
      'The profile of an actor is personal data, which this key may not see; events of services are found with the filters actor and actor_type=service.',
    );
  }
  const query = await compileAsked(ops.ledger, caller.tenant, filters, { view, personal });
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
