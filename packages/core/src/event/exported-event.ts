import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json-value.ts';
import { isReservedType } from './catalogue.ts';

/**
 * What a log adds to an event, or knows of it, and no client may send. `tenant_id` is among them because the events go
 * into the log of another tenant.
 */
const LOG_MEMBERS: ReadonlySet<string> = new Set([
  'seq',
  'recorded_at',
  'hash',
  'prev_hash',
  'received_from',
  'tenant_id',
  'redacted',
  'erased',
  'verification',
]);

/** Where the members of the earlier log are kept in the imported event: `metadata.attestry_export`. */
const EXPORT_MEMBER = 'attestry_export';

/** Whether a line was written by an export of Attestry: only a log gives an event number, time and hash. */
export function isExportedEvent(line: JsonObject): boolean {
  return (
    typeof line['seq'] === 'number' &&
    typeof line['recorded_at'] === 'string' &&
    typeof line['hash'] === 'string'
  );
}

/**
 * Makes an event of an exported one, which every log will take and which says the same: what the first log added is
 * moved to `metadata.attestry_export`, where it still proves the origin. Events of the first log about itself
 * (`audit_log.*`) become `imported.audit_log.*`: in this log they tell nothing about who read it.
 *
 * The result depends on the line alone, so that a second import adds nothing.
 */
export function eventOfExport(line: JsonObject): JsonObject {
  const event: Record<string, JsonValue> = {};
  const origin: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(line)) {
    if (LOG_MEMBERS.has(name)) origin[name] = value;
    else event[name] = value;
  }
  const { type, metadata } = line;
  if (typeof type === 'string' && isReservedType(type)) {
    event['type'] = `imported.${type}`;
    origin['type'] = type;
  }
  // An event that was imported before keeps its earlier origin inside the newer one.
  const { [EXPORT_MEMBER]: earlier, ...own } = isJsonObject(metadata) ? metadata : {};
  if (earlier !== undefined) origin['earlier'] = earlier;
  return { ...event, metadata: { ...own, [EXPORT_MEMBER]: origin } };
}
