import type { EventInput } from '../event/event-input.ts';
import type { AuditEvent, AuditEventType } from '../event/event-types.ts';
import { cut } from '../redaction/redact.ts';
import { PAGE_DEPTH_MAX, PAGE_TEXT_CHARS_MAX } from './limits.ts';

/** Members that are the backend's word, in the token, or the server's: it refuses events in which a page says them. */
interface NotFromPages {
  readonly actor?: never;
  readonly tenant_id?: never;
  readonly category?: never;
  readonly ai?: never;
  readonly compliance?: never;
  readonly security?: never;
  readonly personal?: never;
  readonly context?: {
    readonly project_id?: never;
    readonly environment?: never;
    readonly service?: never;
    readonly location?: never;
  };
}

/** An event of a type, with what a page may say of it. */
export type PageEvent<Type extends AuditEventType> = AuditEvent<Type> & NotFromPages;

/** What can be known of events before they happen. */
export type PageEventDefaults = Partial<Omit<EventInput, 'id' | 'type'>> & NotFromPages;

/** The event within the limits for pages: long texts cut, what is too deep left out. Shares what fits. */
export function fitted<Value>(value: Value, depth = 0): Value {
  return fit(value, depth) as Value;
}

function fit(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cut(value, PAGE_TEXT_CHARS_MAX);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > PAGE_DEPTH_MAX) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => fit(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) copy[name] = fit(member, depth + 1);
  return copy;
}
