import { EventInputSchema, EventViewSchema, recordOf, Type } from '@attestry/core';
import type { TSchema } from 'typebox';
import { ROLES, SCOPES } from '../auth/roles.ts';
import { ERROR_CODES } from '../errors/error-codes.ts';

/** A schema of the OpenAPI document's components. */
interface SharedSchema {
  readonly $id: string;
}

function shared(id: string, schema: TSchema): SharedSchema {
  return { $id: id, ...schema } as SharedSchema;
}

/** A reference to one of the components. */
export function ref(id: string): TSchema {
  return Type.Unsafe({ $ref: `${id}#` });
}

/** A type, or all below a name. */
export const EventTypePattern = Type.String({
  maxLength: 101,
  pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)*(\\.\\*)?$',
  'x-expected': 'an event type such as document.uploaded, or all below a name: document.*',
});

const time = (description: string): TSchema => Type.String({ format: 'date-time', description });
const hex64 = (description: string): TSchema => Type.String({ pattern: '^[0-9a-f]{64}$', description });
const words = (list: readonly string[]): TSchema => Type.Unsafe<string>({ type: 'string', enum: list });
const count = (description: string): TSchema => Type.Integer({ minimum: 0, description });

const ErrorItem = Type.Object({
  index: Type.Optional(count('Position of the event in the request, from 0.')),
  line: Type.Optional(count('NDJSON: number of its line, from 1, blank lines counted.')),
  code: Type.String(),
  path: Type.String({ description: 'JSON pointer from the event, or the name of a parameter.' }),
  detail: Type.String(),
  from: Type.Optional(count('In `q`: where the mistake begins, in UTF-16 units from 0.')),
  to: Type.Optional(count('In `q`: where it ends.')),
});

const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: words(Object.keys(ERROR_CODES)),
    path: Type.Optional(
      Type.String({ description: 'JSON pointer into the body, or the name of a parameter.' }),
    ),
    request_id: Type.String(),
    retry_after: Type.Optional(count('Seconds.')),
    errors: Type.Optional(Type.Array(ErrorItem)),
  },
  { description: 'Problem document (RFC 9457). The codes are explained in docs/errors.md.' },
);

const Receipt = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    seq: count('Number of the record in the log.'),
    hash: hex64('Leaf hash of the record.'),
    recorded_at: time('When the log took it.'),
    duplicate: Type.Boolean({ description: 'The event was in the log already; this is its first receipt.' }),
  },
  { description: 'Given after the event is durable.' },
);

const EventOutcome = Type.Object({
  index: count('Position of the event in the request, from 0.'),
  line: Type.Optional(count('NDJSON, refused events: number of the line, from 1, blank lines counted.')),
  status: Type.Integer({
    description: 'What the event would have got alone: 201, or the status of its error.',
  }),
  receipt: Type.Optional(ref('Receipt')),
  code: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
});

const Groups = Type.Array(
  Type.Object({ key: Type.Union([Type.String(), Type.Null()]), count: count('Events.') }),
);

const Activity = Type.Object({
  total: count('Events.'),
  first_at: Type.Union([time('Oldest event.'), Type.Null()]),
  last_at: Type.Union([time('Newest event.'), Type.Null()]),
  types: Groups,
  statuses: Groups,
  days: Groups,
  recent: Type.Array(ref('Event')),
});

const Checkpoint = Type.Object({
  origin: Type.String(),
  size: count('Records in the tree.'),
  root: hex64('Root of the tree.'),
  signed_at: time('When it was signed.'),
  note: Type.String({ description: 'The signed note (C2SP); only this is evidence.' }),
});

const Finding = Type.Object({
  code: Type.String(),
  seq: Type.Optional(Type.Integer()),
  id: Type.Optional(Type.String()),
  field: Type.Optional(Type.String()),
  detail: Type.String(),
});

const VerificationReport = Type.Object(
  {
    ok: Type.Boolean({
      description: 'True only if everything asked for could be read and nothing was found.',
    }),
    origin: Type.String(),
    size: count('Records.'),
    root: Type.Unknown(),
    checked: recordOf(Type.Integer()),
    seals: recordOf(Type.Integer()),
    head: Type.Unknown(),
    findings: Type.Array(Finding),
    findings_total: count('All findings; at most 1,000 are listed.'),
    notices: Type.Optional(
      Type.Array(Finding, {
        description: 'Worth knowing and no reason to fail, e.g. what could not be compared.',
      }),
    ),
    duration_ms: Type.Number(),
  },
  { description: 'The codes are explained in docs/verification.md.' },
);

const VerifyJob = Type.Object({
  id: Type.String({ format: 'uuid' }),
  status: words(['waiting', 'running', 'done', 'failed']),
  range: Type.Object({}),
  created_at: time('When it was asked for.'),
  started_at: Type.Optional(time('When it began.')),
  finished_at: Type.Optional(time('When it ended.')),
  progress: Type.Optional(
    Type.Object({ records: count('Checked so far.'), total: Type.Optional(count('To check.')) }),
  ),
  report: Type.Optional(ref('VerificationReport')),
  error: Type.Optional(
    Type.String({ description: 'Why it could not be carried out: a failure, never a pass.' }),
  ),
});

const Integrity = Type.Object({
  status: Type.Unsafe<string>({
    type: 'string',
    enum: ['verified', 'checking', 'unchecked', 'damaged'],
    description:
      '`damaged` until a verification that reads the same records again finds nothing. `checking` while one that somebody asked for runs, or while the server reads the log for the first time since its start, or more than half of it anew. `unchecked`: less than half was verified since the start, and the server does not do it by itself, or could not. `verified`: the first `checked_size` records.',
  }),
  origin: Type.String(),
  size: count('Records.'),
  checked_size: count('Records from the first on that were read again since the server was started.'),
  checked_at: Type.Optional(time('End of the newest verification since then.')),
  findings_total: count('Of the damage; 0 when there is none.'),
  job: Type.Optional(
    Type.String({
      format: 'uuid',
      description: 'The verification that found the damage, else the newest that somebody asked for.',
    }),
  ),
  continuous: Type.Object(
    {
      enabled: Type.Boolean(),
      interval_s: Type.Optional(count('Seconds between two checks.')),
      last_at: Type.Optional(time('End of the newest one.')),
      next_at: Type.Optional(time('When the next one is due.')),
      last_status: Type.Optional(words(['ok', 'damaged', 'failed'])),
      last_error: Type.Optional(Type.String({ description: 'Why it could not be carried out.' })),
    },
    { description: "The server's own check." },
  ),
  anchor: Type.Null({
    description: 'Newest stamp of an outside witness: none in this version, which knows no witnesses.',
  }),
});

const list = (description: string): TSchema => Type.Optional(Type.Array(Type.String(), { description }));

const ApiKey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  tenant: Type.String(),
  environment: Type.String(),
  roles: Type.Array(words(ROLES)),
  scopes: Type.Optional(Type.Array(words(SCOPES))),
  projects: list('Only events of these projects.'),
  categories: list('Only events of these categories.'),
  types: list('Only events of these types.'),
  cidrs: list('Only from these networks.'),
  subject: Type.Optional(Type.String({ description: 'Whose key a member key is.' })),
  created_at: time('When it was made.'),
  created_by: Type.String({ description: 'Id of the key that made it.' }),
  rotated_at: Type.Optional(time('When it got its present secret.')),
  expires_at: Type.Optional(time('When it stops.')),
  revoked_at: Type.Optional(time('When it was stopped.')),
});

const Tenant = Type.Object({
  id: Type.String(),
  name: Type.Optional(Type.String()),
  created_at: time('When it was made.'),
  created_by: Type.String(),
  origin: Type.Optional(Type.String({ description: 'Origin of its log.' })),
  size: Type.Optional(count('Records in its log.')),
  vkey: Type.Optional(Type.String({ description: 'Key that signs its checkpoints now (C2SP vkey).' })),
});

const EventSchema = Type.Object({
  type: Type.String(),
  version: Type.Integer({ minimum: 1 }),
  schema: Type.Object({}, { description: 'JSON Schema 2020-12 of the whole event.' }),
  category: Type.Optional(Type.String()),
  severity: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  created_at: time('When it was made.'),
  created_by: Type.String(),
});

const Component = Type.Object({
  status: words(['ok', 'degraded', 'down']),
  detail: Type.Optional(Type.String()),
});

const SavedSearch = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  query: Type.String({ description: 'Parameters of `GET /v1/events`, as in an address.' }),
  shared: Type.Boolean(),
  owner: Type.Object({ id: Type.String(), name: Type.String() }),
  editable: Type.Boolean({ description: 'By whoever asks.' }),
  created_at: time('When it was made.'),
  updated_at: time('When it was changed.'),
});

const Me = Type.Object({
  tenant: Type.Object({ id: Type.String(), name: Type.Optional(Type.String()) }),
  key: Type.Optional(
    Type.Object(
      {
        id: Type.String({
          description: 'Of the API key; of a person from an identity provider, a fingerprint.',
        }),
        name: Type.String(),
        expires_at: Type.Optional(time('When it stops.')),
      },
      { description: 'Absent with a viewer token.' },
    ),
  ),
  roles: Type.Array(words(ROLES), { description: 'None with a viewer token.' }),
  scopes: Type.Array(words(SCOPES)),
  personal: Type.Boolean({ description: 'Sees sealed members.' }),
  platform: Type.Boolean({ description: 'May name another tenant.' }),
  sees_all: Type.Boolean({ description: 'Sees the whole log.' }),
  subject: Type.Optional(Type.String({ description: 'The person this is.' })),
  log: Type.Optional(
    Type.Object(
      {
        origin: Type.String(),
        size: Type.Optional(count('Records; for readers of the whole log.')),
        vkey: Type.Optional(Type.String({ description: 'Key that signs its checkpoints now (C2SP vkey).' })),
      },
      { description: 'With what its proofs are checked.' },
    ),
  ),
  session: Type.Optional(
    Type.Object(
      {
        method: words(['api_key', 'oidc']),
        created_at: time('When it began.'),
        idle_expires_at: time('When it ends if nothing more is asked.'),
        expires_at: time('When it ends in any case.'),
        csrf_token: Type.String({
          description: 'For the header `X-CSRF-Token` of requests that change something.',
        }),
      },
      { description: 'When the request came with a session.' },
    ),
  ),
  server: Type.Object({ version: Type.String() }),
});

const Readiness = Type.Object({
  ready: Type.Boolean(),
  components: recordOf(Component),
  queue: Type.Object({
    size: count('Events waiting for their commit.'),
    limit: count('At this size new events get 503.'),
  }),
});

/** The components of the OpenAPI document, by name. */
export const SHARED_SCHEMAS: readonly SharedSchema[] = [
  shared('EventInput', EventInputSchema),
  shared('Event', EventViewSchema),
  shared('Problem', Problem),
  shared('Receipt', Receipt),
  shared('EventOutcome', EventOutcome),
  shared('Groups', Groups),
  shared('Activity', Activity),
  shared('Checkpoint', Checkpoint),
  shared('VerificationReport', VerificationReport),
  shared('VerifyJob', VerifyJob),
  shared('Integrity', Integrity),
  shared('ApiKey', ApiKey),
  shared('Tenant', Tenant),
  shared('EventSchema', EventSchema),
  shared('SavedSearch', SavedSearch),
  shared('Me', Me),
  shared('Readiness', Readiness),
];
