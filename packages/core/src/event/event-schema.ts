import type { Static } from 'typebox';
import {
  EVENT_TYPE_CHARS_MAX,
  ID_CHARS_MAX,
  PERSONAL_PATHS_MAX,
  PERSONAL_SUBJECTS_MAX,
  POINTER_CHARS_MAX,
  SUBJECT_HANDLE_CHARS_MAX,
  TENANT_ID_CHARS_MAX,
} from '../limits.ts';
import { Type } from '../schema/type-builder.ts';
import {
  ActionSchema,
  ActorSchema,
  AiSchema,
  ComplianceSchema,
  ContextSchema,
  closedObject,
  DataSchema,
  freeObject,
  HttpSchema,
  name,
  oneOf,
  PerformanceSchema,
  SecuritySchema,
  TargetSchema,
} from './block-schemas.ts';
import type { CatalogueType } from './catalogue.ts';
import { EVENT_CATEGORIES, EVENT_SEVERITIES, SENT_SEVERITIES } from './words.ts';

const { Optional } = Type;

/** A built-in type, offered by editors, or one of your own. */
export type EventType = CatalogueType | (string & {});

/** Segments of `[a-z0-9_]` joined by dots. The dot is in no segment, so matching is linear. */
export const EVENT_TYPE_PATTERN = '^[a-z0-9_]+(\\.[a-z0-9_]+)*$';

/** Safe in URLs, origins and file names: no `/`, neither `.` nor `..`, and `_` at the front is the server's own. */
export const TENANT_ID_PATTERN = '^(?!_|\\.{1,2}$)[A-Za-z0-9._-]+$';

const HASH_PATTERN = '^[0-9a-f]{64}$';

const TypeSchema = Type.Unsafe<EventType>({
  type: 'string',
  minLength: 1,
  maxLength: EVENT_TYPE_CHARS_MAX,
  pattern: EVENT_TYPE_PATTERN,
  description: 'What happened: segments of a to z, 0 to 9 and _ joined by dots, e.g. document.uploaded.',
  examples: ['document.uploaded'],
});

const IdSchema = Type.String({
  format: 'uuid',
  description: 'UUID of any version, kept in lower case; permanent idempotency key within the tenant.',
});

const TimeSchema = Type.String({
  format: 'date-time',
  description: 'When it happened, RFC 3339 with offset; kept in UTC with milliseconds.',
});

const TenantSchema = Type.String({
  minLength: 1,
  maxLength: TENANT_ID_CHARS_MAX,
  description: 'Tenant the event belongs to; known from the credential, so it need not be sent.',
});

const CategorySchema = oneOf(EVENT_CATEGORIES, 'What it is about; default from the type.');

/** The members that are the same in what is sent, stored and read. */
const blocks = {
  actor: Optional(ActorSchema),
  action: Optional(ActionSchema),
  target: Optional(TargetSchema),
  context: Optional(ContextSchema),
  http: Optional(HttpSchema),
  data: Optional(DataSchema),
  ai: Optional(AiSchema),
  compliance: Optional(ComplianceSchema),
  security: Optional(SecuritySchema),
  performance: Optional(PerformanceSchema),
  metadata: Optional(freeObject('Anything else. Not sealed by default.')),
};

const PersonalSchema = Type.Array(
  closedObject(
    {
      subject: name(ID_CHARS_MAX, 'Id of the person the data is about.'),
      paths: Type.Array(
        Type.String({
          format: 'json-pointer',
          minLength: 1,
          maxLength: POINTER_CHARS_MAX,
          description: 'JSON pointer (RFC 6901) of a member of this event; one that is not there is ignored.',
        }),
        {
          maxItems: PERSONAL_PATHS_MAX,
          description: `Members about that person, at most ${PERSONAL_PATHS_MAX} over all subjects.`,
        },
      ),
    },
    'One person and the members that are about them.',
  ),
  {
    maxItems: PERSONAL_SUBJECTS_MAX,
    description: 'Personal data beside what is known to be personal; sealed, not stored as such.',
  },
);

/** What a client sends. Only `type` is required. */
export const EventInputSchema = closedObject(
  {
    type: TypeSchema,
    id: Optional(IdSchema),
    category: Optional(CategorySchema),
    severity: Optional(
      oneOf(SENT_SEVERITIES, 'How much attention it deserves; default from the type, warning means medium.'),
    ),
    occurred_at: Optional(TimeSchema),
    tenant_id: Optional(TenantSchema),
    ...blocks,
    personal: Optional(PersonalSchema),
  },
  'An event as a client sends it.',
);

const normalized = {
  id: IdSchema,
  type: TypeSchema,
  category: CategorySchema,
  severity: oneOf(EVENT_SEVERITIES, 'How much attention it deserves.'),
  occurred_at: TimeSchema,
  tenant_id: TenantSchema,
  ...blocks,
  received_from: Optional(name(ID_CHARS_MAX, 'Id of the credential the event came with.')),
};

/** An event as it is recorded, before its personal members are sealed. */
export const EventSchema = closedObject(normalized, 'An event as it is recorded.');

const ErasedSchema = closedObject(
  {
    sub: name(SUBJECT_HANDLE_CHARS_MAX, 'Handle of the person in the record.'),
    seq: Type.Integer({ minimum: 0, description: 'Sequence number of the erasure record.' }),
  },
  'One person whose data was erased.',
);

const VerificationSchema = closedObject(
  {
    status: oneOf(
      ['verified', 'pending', 'failed'],
      'verified: the record is in the tree of a signed checkpoint; pending: not signed yet; failed: it is not.',
    ),
    hash: Type.String({
      pattern: HASH_PATTERN,
      description: 'Leaf hash of the record, recomputed from its bytes.',
    }),
    seq: Type.Integer({ minimum: 0, description: 'Sequence number of the record.' }),
    checkpoint: Type.Unsafe<{ size: number; signed_at: string } | null>({
      type: ['object', 'null'],
      additionalProperties: false,
      required: ['size', 'signed_at'],
      properties: {
        size: { type: 'integer', minimum: 1, description: 'Size of the log that was signed.' },
        signed_at: { type: 'string', format: 'date-time', description: 'When it was signed.' },
      },
      description: 'The checkpoint it was checked against.',
    }),
  },
  'Result of checking this event.',
);

/** What a reader gets. */
export const EventViewSchema = closedObject(
  {
    ...normalized,
    seq: Type.Integer({ minimum: 0, description: 'Sequence number in the log, from 0, without gaps.' }),
    recorded_at: Type.String({ format: 'date-time', description: 'When the log took it; never goes back.' }),
    hash: Type.String({ pattern: HASH_PATTERN, description: 'Leaf hash of the record (SHA-256, RFC 6962).' }),
    prev_hash: Type.String({ pattern: HASH_PATTERN, description: 'Leaf hash of the record before it.' }),
    redacted: Optional(
      Type.Array(Type.String({ description: 'JSON pointer of a member.' }), {
        description: 'Members left out because the reader has no right to personal data.',
      }),
    ),
    erased: Optional(
      Type.Array(ErasedSchema, { description: 'People whose data in this event was erased.' }),
    ),
    verification: Optional(VerificationSchema),
  },
  'An event as it is read.',
);

export type EventInput = Static<typeof EventInputSchema>;
export type NormalizedEvent = Static<typeof EventSchema>;
export type EventView = Static<typeof EventViewSchema>;

/** Says which members of an event are about which person. */
export interface PersonalDeclaration {
  /** Id of the person; the actor of the event when absent. */
  readonly subject?: string;
  /** JSON pointers into the event. */
  readonly paths: readonly string[];
}

/** Members that only the server sets. */
export const RESERVED_MEMBERS: ReadonlySet<string> = new Set([
  'seq',
  'recorded_at',
  'hash',
  'prev_hash',
  'received_from',
]);
