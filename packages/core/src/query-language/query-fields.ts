import {
  ACTION_STATUSES,
  ACTOR_TYPES,
  EVENT_CATEGORIES,
  EVENT_SEVERITIES,
  TRAFFIC_LIGHTS,
  WELL_KNOWN_VERBS,
} from '../event/words.ts';

/** How a value is compared; `=` is what `:` means too. */
export type QueryOperator = '=' | '>=' | '>' | '<=' | '<';

/** What a value of a field looks like. */
export type QueryFieldKind =
  /** Any text, compared as a whole. */
  | 'text'
  /** One of `words`. */
  | 'word'
  /** An event type, or the beginning of one with `*` at its end. */
  | 'type'
  /** One of `words`, which have an order. */
  | 'ordered'
  | 'http_status'
  /** An address or a network. */
  | 'ip'
  | 'time'
  | 'metadata';

/** One field of the query language. */
export interface QueryField {
  /** As people write it; also the name of the query parameter, where there is one. */
  readonly name: string;
  readonly kind: QueryFieldKind;
  /** Other names: the member of the event, and short forms. */
  readonly aliases: readonly string[];
  /** All values, or the usual ones of a field that takes others too. */
  readonly words?: readonly string[];
  readonly meaning: string;
}

/** Every field, in the order in which it is offered. */
export const QUERY_FIELDS = [
  { name: 'actor', kind: 'text', aliases: ['actor.id'], meaning: 'Who did it, by id' },
  { name: 'type', kind: 'type', aliases: [], meaning: 'What happened: document.deleted, document.*' },
  {
    name: 'status',
    kind: 'word',
    aliases: ['action.status'],
    words: ACTION_STATUSES,
    meaning: 'With what result',
  },
  {
    name: 'severity',
    kind: 'ordered',
    aliases: [],
    words: EVENT_SEVERITIES,
    meaning: 'How much attention it deserves: high, >=high',
  },
  { name: 'category', kind: 'word', aliases: [], words: EVENT_CATEGORIES, meaning: 'What it is about' },
  { name: 'target', kind: 'text', aliases: ['target.id'], meaning: 'On which thing, by id' },
  { name: 'target_type', kind: 'text', aliases: ['target.type'], meaning: 'On which kind of thing' },
  {
    name: 'ip',
    kind: 'ip',
    aliases: ['actor.ip_address', 'ip_address'],
    meaning: 'From which address or network: 10.0.0.0/8',
  },
  { name: 'after', kind: 'time', aliases: ['since'], meaning: 'From a time on: 2026-01-31, 24h' },
  { name: 'before', kind: 'time', aliases: ['until'], meaning: 'Before a time' },
  { name: 'verb', kind: 'text', aliases: ['action.verb'], words: WELL_KNOWN_VERBS, meaning: 'What was done' },
  {
    name: 'actor_type',
    kind: 'word',
    aliases: ['actor.type'],
    words: ACTOR_TYPES,
    meaning: 'What kind of being did it',
  },
  {
    name: 'actor_email',
    kind: 'text',
    aliases: ['actor.email', 'email'],
    meaning: 'Who did it, by e-mail address',
  },
  {
    name: 'project',
    kind: 'text',
    aliases: ['context.project_id', 'project_id'],
    meaning: 'In which project',
  },
  { name: 'session', kind: 'text', aliases: ['actor.session_id', 'session_id'], meaning: 'In which session' },
  {
    name: 'request_id',
    kind: 'text',
    aliases: ['context.request_id', 'request'],
    meaning: 'In which request',
  },
  {
    name: 'correlation_id',
    kind: 'text',
    aliases: ['context.correlation_id'],
    meaning: 'Which chain of requests',
  },
  { name: 'parent_id', kind: 'text', aliases: ['context.parent_id'], meaning: 'Caused by which event' },
  { name: 'execution_id', kind: 'text', aliases: ['ai.execution_id'], meaning: 'In which run of an agent' },
  {
    name: 'http_status',
    kind: 'http_status',
    aliases: ['http.status_code'],
    meaning: 'HTTP status: 404, 5xx, >=400',
  },
  { name: 'regulation', kind: 'text', aliases: [], meaning: 'Which regulation was checked' },
  {
    name: 'traffic_light',
    kind: 'word',
    aliases: ['compliance.traffic_light_status'],
    words: TRAFFIC_LIGHTS,
    meaning: 'Result of a compliance check',
  },
  {
    name: 'metadata',
    kind: 'metadata',
    aliases: [],
    meaning: 'A member of the metadata: metadata.order.id=42',
  },
] as const satisfies readonly QueryField[];

/** Name of a field. */
export type QueryFieldName = (typeof QUERY_FIELDS)[number]['name'];

const BY_NAME: ReadonlyMap<string, QueryField & { readonly name: QueryFieldName }> = new Map(
  QUERY_FIELDS.flatMap((field) => [field.name, ...field.aliases].map((name) => [name, field] as const)),
);

/** A field by its name or another name of it, in any case. */
export function queryField(name: string): (QueryField & { readonly name: QueryFieldName }) | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** The field whose name is most like a mistyped one. */
export function nearestField(name: string): QueryFieldName | undefined {
  let nearest: { readonly name: QueryFieldName; readonly distance: number } | undefined;
  for (const [candidate, field] of BY_NAME) {
    const distance = editDistance(name.toLowerCase(), candidate);
    if (nearest === undefined || distance < nearest.distance) nearest = { name: field.name, distance };
  }
  return nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(name.length / 3))
    ? nearest.name
    : undefined;
}

/** Levenshtein distance of two short names (Wagner and Fischer, one row). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
