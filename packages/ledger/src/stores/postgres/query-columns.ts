import type { BlindColumn, WordColumn } from '../../ports/event-query-store.ts';

/** Columns of `records` that hold plain words. */
export const WORD_COLUMNS: Readonly<Record<WordColumn, string>> = {
  type: 'type',
  category: 'category',
  severity: 'severity',
  status: 'status',
  verb: 'verb',
  project: 'project',
  actorType: 'actor_type',
  targetType: 'target_type',
  trafficLight: 'traffic_light',
};

/** Columns of `records` that hold blind indexes. */
export const BLIND_COLUMNS: Readonly<Record<BlindColumn, string>> = {
  actor: 'actor',
  actorEmail: 'actor_email',
  ip: 'ip',
  ipNet: 'ip_net',
  ipWide: 'ip_wide',
  session: 'session',
  target: 'target',
  requestId: 'request_id',
  correlationId: 'correlation_id',
  parentId: 'parent_id',
  executionId: 'execution_id',
};

/** The member behind each blind column, as a path into the record. */
const MEMBERS: Readonly<Record<BlindColumn, string>> = {
  actor: '{data,actor,id}',
  actorEmail: '{data,actor,email}',
  ip: '{data,actor,ip_address}',
  ipNet: '{data,actor,ip_address}',
  ipWide: '{data,actor,ip_address}',
  session: '{data,actor,session_id}',
  target: '{data,target,id}',
  requestId: '{data,context,request_id}',
  correlationId: '{data,context,correlation_id}',
  parentId: '{data,context,parent_id}',
  executionId: '{data,ai,execution_id}',
};

/** The record of a row `r` as JSON. Type `json`, not `jsonb`: it keeps numbers as they were written. */
export const RECORD_JSON = `convert_from(r.text, 'UTF8')::json`;

/** SQL condition that the member behind a blind column stands in record `r` and is not sealed. */
export function isOpenSql(column: BlindColumn): string {
  return `(${RECORD_JSON} #> '${MEMBERS[column]}') IS NOT NULL`;
}
