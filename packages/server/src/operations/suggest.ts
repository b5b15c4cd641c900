import type { EventView, JsonValue } from '@attestry/core';
import { QUERY_FIELDS, type QueryFieldName, queryField } from '@attestry/core/query-language';
import type { Caller } from '../auth/caller.ts';
import { invalidParameter } from '../errors/api-error.ts';
import {
  SUGGESTION_CHARS_MAX,
  SUGGESTION_SAMPLE_EVENTS,
  SUGGESTION_TYPES_MAX,
  SUGGESTIONS_DEFAULT,
} from '../limits.ts';
import { compileFor, isEmptyView } from './event-filters.ts';
import type { Operations } from './operations.ts';

/** What can be written as the value of a field. */
export interface Suggestions {
  readonly field: string;
  /** The commonest first; words of a list in its order. */
  readonly values: readonly { readonly value: string; readonly count?: number }[];
}

export interface SuggestInput {
  readonly field: string;
  readonly prefix?: string | undefined;
  readonly limit?: number | undefined;
}

type Values = readonly (string | number | undefined)[];

/** Where a field's value stands in an event, as the reader sees it. */
const VALUES: Readonly<Partial<Record<QueryFieldName, (event: EventView) => Values>>> = {
  actor: ({ actor }) => [actor?.id],
  actor_email: ({ actor }) => [actor?.email],
  ip: ({ actor }) => [actor?.ip_address],
  session: ({ actor }) => [actor?.session_id],
  verb: ({ action }) => [action?.verb],
  target: ({ target }) => [target?.id],
  target_type: ({ target }) => [target?.type],
  project: ({ context }) => [context?.project_id],
  request_id: ({ context }) => [context?.request_id],
  correlation_id: ({ context }) => [context?.correlation_id],
  parent_id: ({ context }) => [context?.parent_id],
  execution_id: ({ ai }) => [ai?.execution_id],
  http_status: ({ http }) => [http?.status_code],
  regulation: ({ compliance }) => compliance?.regulations_checked ?? [],
};

/**
 * Values that a field of the query language has in the log, as far as the reader sees them: all types, and of the other
 * fields what the newest events have. Nothing that is sealed for the reader is among them.
 *
 * @throws {ApiError} `invalid_parameter` for a field that there is not
 */
export async function suggest(ops: Operations, caller: Caller, input: SuggestInput): Promise<Suggestions> {
  const { prefix = '', limit = SUGGESTIONS_DEFAULT } = input;
  const path = input.field.startsWith('metadata.') ? input.field.split('.').slice(1) : undefined;
  const field = path === undefined ? queryField(input.field) : queryField('metadata');
  if (field === undefined) {
    const names = QUERY_FIELDS.map(({ name }) => name).join(', ');
    throw invalidParameter('field', `The parameter field must be one of ${names}, or metadata.<path>.`);
  }
  const begins = (value: string): boolean => value.toLowerCase().startsWith(prefix.toLowerCase());
  if (field.words !== undefined && field.kind !== 'text') {
    const values = field.words.filter(begins).slice(0, limit);
    return { field: input.field, values: values.map((value) => ({ value })) };
  }
  ops.audit.noteRead(caller, 'audit_log.searched', 'suggest', [field.name]);
  const counts = await countsOf(ops, caller, field.name, path ?? []);
  for (const word of field.words ?? []) if (!counts.has(word)) counts.set(word, 0);
  const values = [...counts]
    .filter(([value]) => begins(value))
    .sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1))
    .slice(0, limit);
  return {
    field: input.field,
    values: values.map(([value, count]) => (count === 0 ? { value } : { value, count })),
  };
}

async function countsOf(
  ops: Operations,
  caller: Caller,
  field: QueryFieldName,
  path: readonly string[],
): Promise<Map<string, number>> {
  const { view, personal } = caller.rights;
  if (view === undefined || isEmptyView(view)) return new Map();
  const query = await compileFor(ops.ledger, caller.tenant, {}, { view, personal });
  const name = JSON.stringify([caller.tenant, view, personal]);
  if (field === 'type') {
    const { buckets } = await ops.suggestions.get(`types ${name}`, () =>
      ops.ledger.query.stats(query, 'type', SUGGESTION_TYPES_MAX),
    );
    return new Map(buckets.map(({ key, count }) => [String(key), count]));
  }
  const events = await ops.suggestions.get(`events ${name}`, async () => {
    const { rows } = await ops.ledger.query.page(query, { order: 'desc', limit: SUGGESTION_SAMPLE_EVENTS });
    return ops.ledger.readEvents(caller.tenant, rows, { personal });
  });
  const counts = new Map<string, number>();
  const valuesOf = field === 'metadata' ? (event: EventView) => metadataOf(event, path) : VALUES[field];
  for (const event of events) {
    for (const value of valuesOf?.(event) ?? []) {
      const text = value === undefined ? '' : String(value);
      if (text !== '' && text.length <= SUGGESTION_CHARS_MAX) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return counts;
}

/** The value at a path of the metadata; of an object its member names, so that a path can be completed. */
function metadataOf(event: EventView, path: readonly string[]): Values {
  let value: JsonValue | undefined = event.metadata as JsonValue | undefined;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return [];
    value = (value as Readonly<Record<string, JsonValue>>)[name];
  }
  if (value === undefined || value === null) return [];
  if (typeof value === 'object') return Array.isArray(value) ? [] : Object.keys(value);
  return [String(value)];
}
