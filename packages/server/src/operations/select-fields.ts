import { invalidParameter } from '../errors/api-error.ts';
import { FIELDS_MAX } from '../limits.ts';

/** Top-level members of an event as it is read. */
const MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'category',
  'severity',
  'occurred_at',
  'tenant_id',
  'actor',
  'action',
  'target',
  'context',
  'http',
  'data',
  'ai',
  'compliance',
  'security',
  'performance',
  'metadata',
  'seq',
  'recorded_at',
  'hash',
  'prev_hash',
  'received_from',
  'redacted',
  'erased',
]);
const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Paths to keep, already split. */
export type FieldSelection = readonly (readonly string[])[];

/**
 * Reads `fields`: comma-separated dotted paths, possibly repeated.
 *
 * @throws {ApiError} `invalid_parameter` for a member that no event has
 */
export function parseFields(values: readonly string[] | undefined): FieldSelection | undefined {
  if (values === undefined) return undefined;
  const paths = values.flatMap((value) => value.split(',')).map((path) => path.trim().split('.'));
  if (paths.length > FIELDS_MAX)
    throw invalidParameter('fields', `The parameter fields names more than ${FIELDS_MAX} members.`);
  for (const path of paths) {
    const [member = ''] = path;
    if (!MEMBERS.has(member))
      throw invalidParameter('fields', `The parameter fields: "${member}" is not a member of events.`);
    if (path.some((part) => part === '' || PROTOTYPE_NAMES.has(part))) {
      throw invalidParameter('fields', `The parameter fields: "${path.join('.')}" is not a path.`);
    }
  }
  return paths;
}

/** Keeps the selected members of an event; absent ones stay absent. */
export function selectFields(event: object, selection: FieldSelection | undefined): object {
  if (selection === undefined) return event;
  const kept: Record<string, unknown> = {};
  for (const path of selection) copyPath(event as Record<string, unknown>, kept, path);
  return kept;
}

function copyPath(from: Record<string, unknown>, to: Record<string, unknown>, path: readonly string[]): void {
  let source = from;
  let target = to;
  for (const [depth, part] of path.entries()) {
    if (!Object.hasOwn(source, part)) return;
    const value = source[part];
    if (depth === path.length - 1) {
      target[part] = value;
      return;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const existing = target[part];
    // A whole member that was asked for already is not narrowed again.
    if (existing === value) return;
    const next = (existing ?? {}) as Record<string, unknown>;
    target[part] = next;
    source = value as Record<string, unknown>;
    target = next;
  }
}
