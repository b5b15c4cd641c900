import {
  ACTION_STATUSES,
  ACTOR_TYPES,
  EVENT_CATEGORIES,
  EVENT_SEVERITIES,
  TRAFFIC_LIGHTS,
  Type,
} from '@attestry/core';
import type { TProperties, TSchema } from 'typebox';
import {
  CONTEXT_EVENTS_DEFAULT,
  CONTEXT_EVENTS_MAX,
  FIELDS_MAX,
  PAGE_EVENTS_DEFAULT,
  PAGE_EVENTS_MAX,
  PARAMETER_CHARS_MAX,
  PARAMETER_VALUES_MAX,
  STATS_GROUPS_DEFAULT,
  STATS_GROUPS_MAX,
} from '../limits.ts';

/** A parameter that may be repeated (OR). */
function repeated(item: TSchema, description: string): TSchema {
  return Type.Array(item, {
    minItems: 1,
    maxItems: PARAMETER_VALUES_MAX,
    description: `${description} Repeat for OR.`,
  });
}

function anyText(description: string): TSchema {
  return repeated(Type.String({ minLength: 1, maxLength: PARAMETER_CHARS_MAX }), description);
}

function oneOf(words: readonly string[], description: string): TSchema {
  return repeated(Type.Unsafe<string>({ type: 'string', enum: words }), description);
}

/** Only for platform administrators; accepted on every route with a credential. */
const tenant = Type.Optional(
  Type.String({ minLength: 1, maxLength: 100, description: 'Another tenant; platform administrators only.' }),
);

const integer = (minimum: number, maximum: number, fallback: number, description: string): TSchema =>
  Type.Optional(Type.Integer({ minimum, maximum, default: fallback, description }));

/** `?tenant=` alone. */
export const TenantQuery = Type.Object({ tenant }, { additionalProperties: false });

/** An object of query parameters; `tenant` is always among them, and unknown names are refused. */
export function queryObject<T extends TProperties>(properties: T) {
  return Type.Object({ tenant, ...properties }, { additionalProperties: false });
}

/** The filters of `GET /v1/events`, by the names of api.md. */
export const FILTER_PROPERTIES = {
  project: anyText('`context.project_id`.'),
  actor: anyText('`actor.id`.'),
  actor_type: oneOf(ACTOR_TYPES, '`actor.type`.'),
  actor_email: anyText('`actor.email`.'),
  type: repeated(
    Type.String({
      maxLength: 101,
      pattern: '^(\\*|[a-z0-9_]+(\\.[a-z0-9_]+)*(\\.\\*|\\*)?)$',
      'x-expected':
        'an event type such as document.uploaded, or its beginning with * at the end: document.* or user.log*',
    }),
    'Event type; `document.*` means all that begin so.',
  ),
  category: oneOf(EVENT_CATEGORIES, 'Category.'),
  severity: oneOf(
    [...EVENT_SEVERITIES, ...EVENT_SEVERITIES.map((severity) => `>=${severity}`)],
    'Severity, or `>=high`.',
  ),
  verb: anyText('`action.verb`.'),
  status: oneOf(ACTION_STATUSES, '`action.status`.'),
  target_type: anyText('`target.type`.'),
  target: anyText('`target.id`.'),
  ip: anyText('`actor.ip_address`: an address or a network in CIDR notation.'),
  session: anyText('`actor.session_id`.'),
  request_id: anyText('`context.request_id`.'),
  correlation_id: anyText('`context.correlation_id`.'),
  parent_id: anyText('`context.parent_id`.'),
  execution_id: anyText('`ai.execution_id`.'),
  http_status: repeated(
    Type.String({
      pattern: '^([1-5][0-9]{2}|[1-5]xx)$',
      'x-expected': 'a status from 100 to 599, or a class such as 5xx',
    }),
    '`http.status_code`: `404` or `5xx`.',
  ),
  regulation: anyText('`compliance.regulations_checked` holds it.'),
  traffic_light: oneOf(TRAFFIC_LIGHTS, '`compliance.traffic_light_status`.'),
} as const;

/** Names of the filters, in the order of api.md. */
export type FilterName = keyof typeof FILTER_PROPERTIES;

const RANGE_PROPERTIES = {
  from: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'Inclusive. RFC 3339 with offset, or relative such as `-24h` (s, m, h, d, w).',
    }),
  ),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'Exclusive. As `from`.' })),
  time: Type.Optional(
    Type.Unsafe<'occurred' | 'recorded'>({
      type: 'string',
      enum: ['occurred', 'recorded'],
      default: 'occurred',
      description: 'Which clock `from`, `to` and the order use.',
    }),
  ),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: PARAMETER_CHARS_MAX,
      description:
        'Words, "phrases", prefix* in full text, and conditions: `actor:alice severity>=high -type:api.request after:2026-01-31` (docs/query-language.md). `errors` of a refusal have the places of the mistakes.',
    }),
  ),
};

/** `metadata.<path>=value`, as many as wanted. */
const METADATA = {
  '^metadata\\.[^.]+(\\.[^.]+)*$': Type.Array(Type.String({ maxLength: PARAMETER_CHARS_MAX }), {
    minItems: 1,
    maxItems: PARAMETER_VALUES_MAX,
    'x-name': 'metadata.<path>',
  }),
};

const optionalFilters = Object.fromEntries(
  Object.entries(FILTER_PROPERTIES).map(([name, schema]) => [name, Type.Optional(schema)]),
);

/** The filters as the operations get them. */
export interface FilterQuery extends Partial<Record<FilterName, string[]>> {
  readonly tenant?: string;
  readonly from?: string;
  readonly to?: string;
  readonly time?: 'occurred' | 'recorded';
  readonly q?: string;
  readonly [metadata: `metadata.${string}`]: string[];
}

function filterQuery<T extends object>(properties: TProperties) {
  return Type.Unsafe<FilterQuery & T>({
    ...Type.Object(
      { tenant, ...optionalFilters, ...RANGE_PROPERTIES, ...properties },
      { additionalProperties: false },
    ),
    patternProperties: METADATA,
  });
}

/** `GET /v1/stream` and `GET /v1/live`: no time span, because a stream has no end, and its order is the recorded one. */
export const StreamQuery = Type.Unsafe<
  Pick<FilterQuery, FilterName | 'tenant' | 'q' | `metadata.${string}`> & { after?: number }
>({
  ...Type.Object(
    {
      tenant,
      ...optionalFilters,
      q: RANGE_PROPERTIES.q,
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'Begin after this record (`seq`), instead of with what is recorded from now on.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  patternProperties: METADATA,
});

const fields = Type.Optional(
  Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), {
    minItems: 1,
    maxItems: FIELDS_MAX,
    description: 'Members to return, separated by commas, as dotted paths: `id,actor.id,metadata.order`.',
  }),
);
const order = Type.Optional(
  Type.Unsafe<'asc' | 'desc'>({
    type: 'string',
    enum: ['desc', 'asc'],
    default: 'desc',
    description: 'Newest or oldest first.',
  }),
);

/** `GET /v1/events`. */
export const EventsQuery = filterQuery<{
  order?: 'asc' | 'desc';
  limit?: number;
  cursor?: string;
  at?: string;
  count?: 'none' | 'estimate' | 'exact';
  fields?: string[];
}>({
  order,
  limit: integer(1, PAGE_EVENTS_MAX, PAGE_EVENTS_DEFAULT, 'Events per page.'),
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: '`next_cursor` or `previous_cursor` of an answer to the same query.',
    }),
  ),
  at: Type.Optional(
    Type.String({
      maxLength: 40,
      description:
        'Begin at this time in the order that is asked for: RFC 3339, or `-24h`. `previous_cursor` leads to what comes before it. Not together with `cursor`.',
    }),
  ),
  count: Type.Optional(
    Type.Unsafe<'none' | 'estimate' | 'exact'>({
      type: 'string',
      enum: ['none', 'estimate', 'exact'],
      default: 'none',
      description: 'Also count the matches.',
    }),
  ),
  fields,
});

/** What statistics can be grouped by. */
export const STATS_GROUPS = [
  'type',
  'category',
  'severity',
  'status',
  'actor',
  'target',
  'ip',
  'project',
  'session',
  'day',
  'hour',
  'minute',
] as const;

/** `GET /v1/stats`. */
export const StatsQuery = filterQuery<{ group_by: (typeof STATS_GROUPS)[number]; limit?: number }>({
  group_by: Type.Unsafe<string>({
    type: 'string',
    enum: STATS_GROUPS,
    description: 'One group per value; days, hours and minutes in UTC.',
  }),
  limit: integer(
    1,
    STATS_GROUPS_MAX,
    STATS_GROUPS_DEFAULT,
    'Groups returned, the largest first; of days, hours and minutes the latest, oldest first.',
  ),
});

/** `GET /v1/export`. */
export const ExportQuery = filterQuery<{
  format?: 'ndjson' | 'csv';
  order?: 'asc' | 'desc';
  fields?: string[];
}>({
  format: Type.Optional(
    Type.Unsafe<'ndjson' | 'csv'>({
      type: 'string',
      enum: ['ndjson', 'csv'],
      default: 'ndjson',
      description: 'One JSON event per line, or a table.',
    }),
  ),
  order,
  fields,
});

/** `GET /v1/events/{id}/context`. */
export const ContextQuery = queryObject({
  before: Type.Optional(
    Type.Integer({ minimum: 0, maximum: CONTEXT_EVENTS_MAX, default: CONTEXT_EVENTS_DEFAULT }),
  ),
  after: Type.Optional(
    Type.Integer({ minimum: 0, maximum: CONTEXT_EVENTS_MAX, default: CONTEXT_EVENTS_DEFAULT }),
  ),
  by: Type.Optional(
    Type.Unsafe<'time' | 'request' | 'session' | 'actor'>({
      type: 'string',
      enum: ['time', 'request', 'session', 'actor'],
      default: 'time',
    }),
  ),
});
