import type { EventView } from '@attestry/core';
import { stringify } from 'csv-stringify/sync';
import type { FieldSelection } from '../operations/select-fields.ts';

/** Columns of an export without `fields`: the same for every export, never taken from the first row (trap 39). */
const DEFAULT_COLUMNS: FieldSelection = [
  'seq',
  'id',
  'occurred_at',
  'recorded_at',
  'type',
  'category',
  'severity',
  'actor.type',
  'actor.id',
  'actor.name',
  'actor.email',
  'actor.ip_address',
  'actor.user_agent',
  'actor.session_id',
  'actor.on_behalf_of',
  'action.verb',
  'action.status',
  'action.description',
  'action.error',
  'target.type',
  'target.id',
  'target.name',
  'target.metadata',
  'context.project_id',
  'context.environment',
  'context.service',
  'context.request_id',
  'context.correlation_id',
  'context.parent_id',
  'context.trace_id',
  'context.span_id',
  'context.reason',
  'context.location',
  'http.method',
  'http.route',
  'http.path',
  'http.status_code',
  'http.duration_ms',
  'data',
  'ai',
  'compliance',
  'security',
  'performance',
  'metadata',
  'tenant_id',
  'received_from',
  'hash',
  'prev_hash',
  'redacted',
  'erased',
].map((path) => path.split('.'));

/** Text a spreadsheet would run as a formula (OWASP, CSV injection), also behind blanks. */
const FORMULA_PATTERN = /^[\s\u00a0]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

function cell(event: EventView, path: readonly string[]): string {
  let value: unknown = event;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return '';
    value = (value as Record<string, unknown>)[part];
  }
  if (value === undefined || value === null) return '';
  // Numbers are ours to print and cannot be formulas; a minus in front must stay a number.
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return FORMULA_PATTERN.test(text) ? `'${text}` : text;
}

/** RFC 4180. A lone CR ends a line for some readers, so it is quoted too. */
const CSV = { record_delimiter: 'windows', quoted_match: /\r/ } as const;

/** The header line (RFC 4180); an empty export has it too. */
export function csvHeader(fields: FieldSelection | undefined): string {
  return stringify([(fields ?? DEFAULT_COLUMNS).map((path) => path.join('.'))], {
    ...CSV,
  });
}

/** The lines of some events. Members that are objects are JSON. */
export function csvRows(events: readonly EventView[], fields: FieldSelection | undefined): string {
  const columns = fields ?? DEFAULT_COLUMNS;
  const rows = events.map((event) => columns.map((path) => cell(event, path)));
  return rows.length === 0 ? '' : stringify(rows, CSV);
}
