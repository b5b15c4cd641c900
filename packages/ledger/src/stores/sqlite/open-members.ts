import type { BlindColumn } from '../../ports/event-query-store.ts';

/** The member behind each blind column, as a JSON path into the record. */
const MEMBERS: Readonly<Record<BlindColumn, string>> = {
  actor: '$.data.actor.id',
  actorEmail: '$.data.actor.email',
  ip: '$.data.actor.ip_address',
  ipNet: '$.data.actor.ip_address',
  ipWide: '$.data.actor.ip_address',
  session: '$.data.actor.session_id',
  target: '$.data.target.id',
  requestId: '$.data.context.request_id',
  correlationId: '$.data.context.correlation_id',
  parentId: '$.data.context.parent_id',
  executionId: '$.data.ai.execution_id',
};

/** SQL condition that the member behind a blind column stands in record `r` and is not sealed. */
export function isOpenSql(column: BlindColumn): string {
  return `json_type(r.text, '${MEMBERS[column]}') IS NOT NULL`;
}
