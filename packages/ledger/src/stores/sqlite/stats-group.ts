import type { StatsGroup } from '../../ports/event-query-store.ts';
import { isOpenSql } from './open-members.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** SQL of one way to group events. All of it is text of ours. */
export interface GroupSql {
  /** Expression of the group's key. */
  readonly key: string;
  /** What is read of the key: NULL instead of a fingerprint, which tells nobody anything. */
  readonly shown: string;
  /** Condition that the row belongs to a group at all. */
  readonly present: string;
  /** The key is a number of the dictionary. */
  readonly isWord: boolean;
  /** The key is a time, by which the groups are ordered. */
  readonly byTime: boolean;
}

function words(name: 'type' | 'category' | 'severity' | 'status' | 'project'): GroupSql {
  const key = `r.${name}`;
  return { key, shown: key, present: `${key} IS NOT NULL`, isWord: true, byTime: false };
}

/** Without the right to personal data, everybody whose member is sealed is in one group. */
function blinds(name: 'actor' | 'target' | 'ip' | 'session', personal: boolean): GroupSql {
  const key = personal ? `r.${name}` : `CASE WHEN ${isOpenSql(name)} THEN r.${name} END`;
  return { key, shown: 'NULL', present: `r.${name} IS NOT NULL`, isWord: false, byTime: false };
}

/** Start of the UTC day, hour or minute, also for times before 1970 (SQLite's division rounds towards zero). */
function period(lengthMs: number): GroupSql {
  const into = `((r.occurred % ${lengthMs}) + ${lengthMs}) % ${lengthMs}`;
  const key = `r.occurred - ${into}`;
  return { key, shown: key, present: '1', isWord: false, byTime: true };
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
      return period(DAY_MS);
    case 'hour':
      return period(HOUR_MS);
    case 'minute':
      return period(MINUTE_MS);
  }
}
