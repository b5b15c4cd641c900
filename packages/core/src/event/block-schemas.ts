import type { Static, TSchema } from 'typebox';
import type { JsonObject } from '../canonical/json-value.ts';
import {
  ACTOR_ID_CHARS_MAX,
  CHANGED_FIELDS_MAX,
  EMAIL_CHARS_MAX,
  ERROR_CHARS_MAX,
  FREE_OBJECT_DEPTH_MAX,
  ID_CHARS_MAX,
  IP_CHARS_MAX,
  LINE_CHARS_MAX,
  LIST_ITEMS_MAX,
  NAME_CHARS_MAX,
  REASONING_CHARS_MAX,
  RETENTION_DAYS_MAX,
  WORD_CHARS_MAX,
} from '../limits.ts';
import { Type } from '../schema/type-builder.ts';
import {
  ACTION_STATUSES,
  ACTOR_TYPES,
  DATA_CLASSIFICATIONS,
  EVENT_SEVERITIES,
  TRAFFIC_LIGHTS,
  WELL_KNOWN_VERBS,
} from './words.ts';

const { Optional } = Type;

/** A closed object: unknown members are refused. */
export function closedObject<Members extends Record<string, TSchema>>(
  members: Members,
  description: string,
): ReturnType<typeof Type.Object<Members>> {
  return Type.Object(members, { additionalProperties: false, description });
}

/** A free object: any JSON members, up to 32 levels deep. */
export function freeObject(description: string): ReturnType<typeof Type.Unsafe<JsonObject>> {
  return Type.Unsafe<JsonObject>({
    type: 'object',
    description: `${description} Free object, at most ${FREE_OBJECT_DEPTH_MAX} levels deep.`,
  });
}

/** One word of a fixed list. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  description: string,
): ReturnType<typeof Type.Unsafe<Word>> {
  return Type.Unsafe<Word>({ type: 'string', enum: words, description });
}

function text(charsMax: number, description: string): ReturnType<typeof Type.String> {
  return Type.String({ maxLength: charsMax, description });
}

/** A text that must say something: ids and words that are searched by. */
export function name(charsMax: number, description: string): ReturnType<typeof Type.String> {
  return Type.String({ minLength: 1, maxLength: charsMax, description });
}

function count(description: string): ReturnType<typeof Type.Integer> {
  return Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });
}

function amount(description: string): ReturnType<typeof Type.Number> {
  return Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });
}

function words(description: string): ReturnType<typeof Type.Array<ReturnType<typeof Type.String>>> {
  return Type.Array(name(NAME_CHARS_MAX, 'One of them.'), { maxItems: LIST_ITEMS_MAX, description });
}

const OnBehalfOfSchema = closedObject(
  {
    type: oneOf(ACTOR_TYPES, 'What kind of being is acted for.'),
    id: Optional(name(ACTOR_ID_CHARS_MAX, 'Its id in your system.')),
    name: Optional(text(NAME_CHARS_MAX, 'Its name.')),
  },
  'Whom the actor acts for, e.g. the user whose request an agent carries out.',
);

export const ActorSchema = closedObject(
  {
    type: oneOf(ACTOR_TYPES, 'What kind of being acted. The personal data of a `user` is sealed.'),
    id: Optional(name(ACTOR_ID_CHARS_MAX, 'Its id in your system.')),
    name: Optional(text(NAME_CHARS_MAX, 'Its name.')),
    email: Optional(text(EMAIL_CHARS_MAX, 'Its e-mail address.')),
    ip_address: Optional(
      Type.String({
        format: 'ip',
        maxLength: IP_CHARS_MAX,
        description: 'IPv4 or IPv6 address the action came from; no port, no zone. Kept as sent.',
      }),
    ),
    user_agent: Optional(text(LINE_CHARS_MAX, 'The program it used.')),
    session_id: Optional(name(ID_CHARS_MAX, 'An id of the session; not the session cookie itself.')),
    on_behalf_of: Optional(OnBehalfOfSchema),
  },
  'Who did it.',
);

export const ActionSchema = closedObject(
  {
    verb: Optional(
      name(WORD_CHARS_MAX, `What was done, in one word; well known are ${WELL_KNOWN_VERBS.join(', ')}.`),
    ),
    description: Optional(text(LINE_CHARS_MAX, 'What was done, for people. Not sealed by default.')),
    status: Optional(
      oneOf(ACTION_STATUSES, 'How it ended. Never invented: absent unless sent, or said by the type itself.'),
    ),
    error: Optional(text(ERROR_CHARS_MAX, 'Why it failed. Not sealed by default.')),
  },
  'What was done, and with what result.',
);

export const TargetSchema = closedObject(
  {
    type: name(WORD_CHARS_MAX, 'What kind of thing. The id, name and metadata of a `user` are sealed.'),
    id: Optional(name(ID_CHARS_MAX, 'Its id in your system.')),
    name: Optional(text(NAME_CHARS_MAX, 'Its name.')),
    metadata: Optional(freeObject('More about the thing.')),
  },
  'The thing it was done to.',
);

const LocationSchema = closedObject(
  {
    country: Optional(text(WORD_CHARS_MAX, 'Country, best as ISO 3166-1 code.')),
    region: Optional(text(WORD_CHARS_MAX, 'Region or state.')),
    city: Optional(text(WORD_CHARS_MAX, 'City.')),
  },
  'Where the actor was.',
);

export const ContextSchema = closedObject(
  {
    project_id: Optional(name(ID_CHARS_MAX, 'Project it belongs to.')),
    environment: Optional(name(WORD_CHARS_MAX, 'Environment, e.g. production.')),
    service: Optional(name(NAME_CHARS_MAX, 'Service that reports it.')),
    request_id: Optional(name(ID_CHARS_MAX, 'Request that caused it.')),
    correlation_id: Optional(name(ID_CHARS_MAX, 'What ties events of several services together.')),
    parent_id: Optional(name(ID_CHARS_MAX, 'Event or step this one follows from.')),
    trace_id: Optional(name(ID_CHARS_MAX, 'Trace id (W3C trace context).')),
    span_id: Optional(name(ID_CHARS_MAX, 'Span id (W3C trace context).')),
    reason: Optional(text(LINE_CHARS_MAX, 'Why it was done. Not sealed by default.')),
    location: Optional(LocationSchema),
  },
  'In which setting.',
);

export const HttpSchema = closedObject(
  {
    method: Optional(name(WORD_CHARS_MAX, 'Request method.')),
    route: Optional(text(LINE_CHARS_MAX, 'Route pattern, e.g. /users/:id.')),
    path: Optional(text(LINE_CHARS_MAX, 'Path as requested; leave the query string out, it carries tokens.')),
    status_code: Optional(Type.Integer({ minimum: 100, maximum: 599, description: 'Status of the answer.' })),
    duration_ms: Optional(amount('Time until the answer, in milliseconds.')),
  },
  'The HTTP request, when there was one.',
);

export const DataSchema = closedObject(
  {
    before: Optional(freeObject('State before the change.')),
    after: Optional(freeObject('State after the change.')),
    fields: Optional(
      Type.Array(Type.String({ description: 'Name of a changed member.' }), {
        maxItems: CHANGED_FIELDS_MAX,
        description: 'Names of the changed members; computed when both states are sent and this is not.',
      }),
    ),
    metadata: Optional(freeObject('More about the change.')),
  },
  'The change.',
);

export const AiSchema = closedObject(
  {
    agent_type: Optional(name(WORD_CHARS_MAX, 'Kind of agent.')),
    model: Optional(name(NAME_CHARS_MAX, 'Model that answered.')),
    provider: Optional(name(WORD_CHARS_MAX, 'Who runs the model.')),
    execution_id: Optional(name(ID_CHARS_MAX, 'Run this step belongs to.')),
    node: Optional(name(NAME_CHARS_MAX, 'Node of the graph.')),
    step: Optional(count('Number of the step within the run.')),
    checkpoint_id: Optional(name(ID_CHARS_MAX, 'State saved by this step.')),
    parent_checkpoint_id: Optional(name(ID_CHARS_MAX, 'State this step started from.')),
    tool_name: Optional(name(NAME_CHARS_MAX, 'Tool that was called.')),
    prompt_tokens: Optional(count('Tokens sent to the model.')),
    completion_tokens: Optional(count('Tokens the model answered with.')),
    cost_usd: Optional(amount('Cost in US dollars.')),
    confidence_score: Optional(Type.Number({ minimum: 0, maximum: 1, description: 'How sure, 0 to 1.' })),
    reasoning: Optional(text(REASONING_CHARS_MAX, 'Why the agent decided so. Not sealed by default.')),
    tools_used: Optional(words('Tools used by this step.')),
    execution_time_ms: Optional(amount('Time the step took, in milliseconds.')),
    state_keys: Optional(words('Members of the state this step changed.')),
    state_size_bytes: Optional(count('Size of the state, in bytes.')),
    error_type: Optional(name(NAME_CHARS_MAX, 'Class of the error.')),
  },
  'What an AI agent did.',
);

const FindingSchema = closedObject(
  {
    regulation: Optional(name(WORD_CHARS_MAX, 'Regulation or clause.')),
    status: Optional(name(WORD_CHARS_MAX, 'Result, e.g. passed, failed, open.')),
    severity: Optional(oneOf(EVENT_SEVERITIES, 'How much it matters.')),
    issue: Optional(text(LINE_CHARS_MAX, 'What was found.')),
    details: Optional(freeObject('More about the finding.')),
  },
  'One finding.',
);

export const ComplianceSchema = closedObject(
  {
    regulations_checked: Optional(words('Regulations that were checked.')),
    traffic_light_status: Optional(oneOf(TRAFFIC_LIGHTS, 'Result at a glance.')),
    issues_found: Optional(count('Number of issues.')),
    critical_issues: Optional(count('Number of critical issues.')),
    findings: Optional(
      Type.Array(FindingSchema, { maxItems: LIST_ITEMS_MAX, description: 'What was found, one by one.' }),
    ),
  },
  'Result of a compliance check.',
);

export const SecuritySchema = closedObject(
  {
    encryption_used: Optional(
      Type.Unsafe<boolean | string>({
        type: ['boolean', 'string'],
        maxLength: WORD_CHARS_MAX,
        description: 'Whether the data was encrypted, or the name of the algorithm.',
      }),
    ),
    data_classification: Optional(oneOf(DATA_CLASSIFICATIONS, 'How sensitive the data concerned is.')),
    retention_period_days: Optional(
      Type.Integer({
        minimum: 0,
        maximum: RETENTION_DAYS_MAX,
        description: 'Days this event must be kept; may only lengthen what the policy says.',
      }),
    ),
    pii_detected: Optional(
      Type.Boolean({ description: 'Whether personal data was found in the data concerned.' }),
    ),
  },
  'What matters for security.',
);

export const PerformanceSchema = closedObject(
  {
    response_time_ms: Optional(amount('Time until the answer, in milliseconds.')),
    database_query_time_ms: Optional(amount('Time in the database, in milliseconds.')),
    external_api_time_ms: Optional(amount('Time in other services, in milliseconds.')),
    memory_used_mb: Optional(amount('Memory used, in megabytes.')),
  },
  'What it cost to do.',
);

export type ChangeData = Static<typeof DataSchema>;
