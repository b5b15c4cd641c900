import type { StatsGroup } from '../../ports/event-query-store.ts';
import { isOpenSql } from './query-columns.ts';

/** SQL of one way to group events, over a row `r` of `records`. All of it is text of ours. */
export interface GroupSql {
  /** Expression of the group's key. */
  readonly key: string;
  /** What is read of the key: NULL instead of a fingerprint, which tells nobody anything. */
  readonly shown: 'text' | 'time' | 'nothing';
  /** Condition that the row belongs to a group at all. */
  readonly present: string;
}

function words(name: 'type' | 'category' | 'severity' | 'status' | 'project'): GroupSql {
  return { key: `r.${name}`, shown: 'text', present: `r.${name} IS NOT NULL` };
}

/** Without the right to personal data, everybody whose member is sealed is in one group. */
function blinds(name: 'actor' | 'target' | 'ip' | 'session', personal: boolean): GroupSql {
  const key = personal ? `r.${name}` : `CASE WHEN ${isOpenSql(name)} THEN r.${name} END`;
  return { key, shown: 'nothing', present: `r.${name} IS NOT NULL` };
}

/** Start of the UTC day, hour or minute in which the event occurred. */
function period(unit: 'day' | 'hour' | 'minute'): GroupSql {
  return { key: `date_trunc('${unit}', r.occurred_at, 'UTC')`, shown: 'time', present: 'true' };
}

/**
 * What to group by. Days, hours and minutes are those of the time when the event occurred.
 *
 * @param personal whether sealed members may make a difference
 */
export function groupSql(by: StatsGroup, personal: boolean): GroupSql {
  switch (by) {
    case 'type':
    case 'category':
    case 'severity':
    case 'status':
    case 'project':
      return words(by);
    case 'actor':
    case 'target':
    case 'ip':
    case 'session':
      return blinds(by, personal);
    case 'day':
    case 'hour':
    case 'minute':
      return period(by);
  }
}
