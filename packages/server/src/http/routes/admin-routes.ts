import { EVENT_CATEGORIES, EVENT_SEVERITIES, Type } from '@attestry/core';
import { ROLES, type Role, SCOPES, type Scope } from '../../auth/roles.ts';
import { KEY_BOUND_VALUES_MAX, KEY_NAME_CHARS_MAX } from '../../limits.ts';
import { createKey, getKey, listKeys, revokeKey, rotateKey } from '../../operations/manage-keys.ts';
import { addSchema, getSchema, listSchemas } from '../../operations/manage-schemas.ts';
import { createTenant, getTenant, listTenants } from '../../operations/manage-tenants.ts';
import { testSchema } from '../../operations/test-schema.ts';
import { TenantQuery } from '../query-parameters.ts';
import { type AnyRoute, route } from '../route.ts';
import { EventTypePattern, ref } from '../shared-schemas.ts';

const tag = 'administration';
const admin = { scope: 'admin' } as const;
const platform = { scope: 'admin', platform: true } as const;

const bound = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: KEY_BOUND_VALUES_MAX,
      description,
    }),
  );
const name = Type.String({
  minLength: 1,
  maxLength: KEY_NAME_CHARS_MAX,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  'x-expected': 'text without control characters',
});

const KeyBody = Type.Object(
  {
    name,
    roles: Type.Array(Type.Unsafe<Role>({ type: 'string', enum: ROLES }), {
      minItems: 1,
      maxItems: ROLES.length,
    }),
    scopes: Type.Optional(
      Type.Array(Type.Unsafe<Scope>({ type: 'string', enum: SCOPES }), {
        minItems: 1,
        maxItems: SCOPES.length,
        description: 'Narrows what the roles allow.',
      }),
    ),
    projects: bound('Only events of these projects.'),
    categories: Type.Optional(
      Type.Array(Type.Unsafe<string>({ type: 'string', enum: EVENT_CATEGORIES }), {
        minItems: 1,
        maxItems: EVENT_CATEGORIES.length,
        description: 'Only events of these categories.',
      }),
    ),
    types: Type.Optional(
      Type.Array(EventTypePattern, {
        minItems: 1,
        maxItems: KEY_BOUND_VALUES_MAX,
        description: 'Only events of these types; `document.*` is a prefix.',
      }),
    ),
    cidrs: bound('Only from these addresses or networks.'),
    subject: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Whose own activity a `member` key shows (`actor.id`).',
      }),
    ),
    expires_at: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339 with offset.' })),
    environment: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9]{2,12}$',
        'x-expected': '2 to 12 of a to z and 0 to 9',
        default: 'live',
        description: 'Shown in the token, e.g. `live` or `test`.',
      }),
    ),
  },
  { additionalProperties: false },
);

const KeyId = Type.Object({
  id: Type.String({
    pattern: '^[0-9A-Za-z]{16}$',
    'x-expected': 'the id of a key, 16 letters and digits: the part of the token after its environment',
  }),
});
const NewKey = Type.Object({ key: ref('ApiKey'), token: Type.String({ description: 'Shown this once.' }) });

const KEY_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/keys',
    access: admin,
    operationId: 'listKeys',
    tag,
    summary: 'API keys',
    query: TenantQuery,
    responses: {
      200: {
        description: 'Oldest first, revoked ones included.',
        schema: Type.Object({ keys: Type.Array(ref('ApiKey')) }),
      },
    },
    handle: (caller, { ops }) => ({ body: listKeys(ops, caller) }),
  }),
  route({
    method: 'POST',
    url: '/v1/keys',
    access: admin,
    operationId: 'createKey',
    tag,
    summary: 'Make an API key',
    query: TenantQuery,
    body: KeyBody,
    responses: { 201: { description: 'The key and its token.', schema: NewKey } },
    handle: async (caller, { ops, body }) => ({
      status: 201,
      body: await createKey(ops, caller, body),
      headers: { 'cache-control': 'no-store' },
    }),
  }),
  route({
    method: 'GET',
    url: '/v1/keys/:id',
    access: admin,
    operationId: 'getKey',
    tag,
    summary: 'One API key',
    params: KeyId,
    query: TenantQuery,
    responses: { 200: { description: 'Without its secret.', schema: ref('ApiKey') } },
    handle: (caller, { ops, params }) => ({ body: getKey(ops, caller, params.id) }),
  }),
  route({
    method: 'POST',
    url: '/v1/keys/:id/rotate',
    access: admin,
    operationId: 'rotateKey',
    tag,
    summary: 'Give an API key a new secret',
    description: 'The old token stops at once.',
    params: KeyId,
    query: TenantQuery,
    responses: { 200: { description: 'The key and its new token.', schema: NewKey } },
    handle: async (caller, { ops, params }) => ({
      body: await rotateKey(ops, caller, params.id),
      headers: { 'cache-control': 'no-store' },
    }),
  }),
  route({
    method: 'DELETE',
    url: '/v1/keys/:id',
    access: admin,
    operationId: 'revokeKey',
    tag,
    summary: 'Revoke an API key',
    description: 'Effective with the next request; the key stays listed.',
    params: KeyId,
    query: TenantQuery,
    responses: { 200: { description: 'The revoked key.', schema: ref('ApiKey') } },
    handle: async (caller, { ops, params }) => ({ body: await revokeKey(ops, caller, params.id) }),
  }),
];

const TENANT_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/tenants',
    access: platform,
    operationId: 'listTenants',
    tag,
    summary: 'Tenants',
    query: TenantQuery,
    responses: {
      200: { description: 'By id.', schema: Type.Object({ tenants: Type.Array(ref('Tenant')) }) },
    },
    handle: async (_caller, { ops }) => ({ body: await listTenants(ops) }),
  }),
  route({
    method: 'POST',
    url: '/v1/tenants',
    access: platform,
    operationId: 'createTenant',
    tag,
    summary: 'Make a tenant and its log',
    query: TenantQuery,
    body: Type.Object(
      {
        id: Type.String({ minLength: 1, maxLength: 100 }),
        name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      },
      { additionalProperties: false },
    ),
    responses: { 201: { description: 'The tenant.', schema: ref('Tenant') } },
    handle: async (caller, { ops, body }) => ({ status: 201, body: await createTenant(ops, caller, body) }),
  }),
  route({
    method: 'GET',
    url: '/v1/tenants/:id',
    access: platform,
    operationId: 'getTenant',
    tag,
    summary: 'One tenant',
    params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }),
    query: TenantQuery,
    responses: { 200: { description: 'With the state of its log.', schema: ref('Tenant') } },
    handle: async (_caller, { ops, params }) => ({ body: await getTenant(ops, params.id) }),
  }),
];

const TypeName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)*$',
  'x-expected': 'segments of a to z, 0 to 9 and _ joined by dots, e.g. invoice.paid',
});

const SCHEMA_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/schemas',
    access: { scope: 'events:read' },
    operationId: 'listSchemas',
    tag,
    summary: 'Custom event types in force',
    query: TenantQuery,
    responses: {
      200: { description: 'By type.', schema: Type.Object({ schemas: Type.Array(ref('EventSchema')) }) },
    },
    handle: (caller, { ops }) => ({ body: listSchemas(ops, caller) }),
  }),
  route({
    method: 'POST',
    url: '/v1/schemas',
    access: admin,
    operationId: 'addSchema',
    tag,
    summary: 'Add a custom event type or a new version of one',
    description:
      'JSON Schema 2020-12 of the whole event, checked at ingest from the next event on. `"x-personal": true` seals the member.',
    query: TenantQuery,
    body: Type.Object(
      {
        type: TypeName,
        schema: Type.Object(
          {},
          { description: 'No references but #/$defs/name, no recursion, patterns only with maxLength.' },
        ),
        category: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: EVENT_CATEGORIES })),
        severity: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: EVENT_SEVERITIES })),
        description: Type.Optional(Type.String({ maxLength: 2_000 })),
      },
      { additionalProperties: false },
    ),
    responses: { 201: { description: 'The version in force.', schema: ref('EventSchema') } },
    handle: async (caller, { ops, body }) => ({ status: 201, body: await addSchema(ops, caller, body) }),
  }),
  route({
    method: 'POST',
    url: '/v1/schemas/test',
    access: admin,
    operationId: 'testSchema',
    tag,
    summary: 'Try a schema on an event',
    description: 'Says what ingest would if the schema were in force. Nothing is stored.',
    query: TenantQuery,
    body: Type.Object(
      {
        type: Type.Optional(TypeName),
        schema: Type.Object({}, { description: 'As for `POST /v1/schemas`.' }),
        event: Type.Object({}, { description: 'As for `POST /v1/events`.' }),
      },
      { additionalProperties: false },
    ),
    responses: {
      200: {
        description: 'Whether the event fits, and what does not.',
        schema: Type.Object({
          ok: Type.Boolean(),
          problems: Type.Array(
            Type.Object({
              of: Type.Unsafe<string>({ type: 'string', enum: ['schema', 'event'] }),
              path: Type.String({ description: 'JSON pointer into the schema or the event.' }),
              detail: Type.String(),
            }),
          ),
          personal: Type.Array(Type.String(), {
            description: 'Members of this event that the schema would have sealed (JSON pointers).',
          }),
        }),
      },
    },
    handle: (caller, { ops, body }) => ({ body: testSchema(ops, caller, body) }),
  }),
  route({
    method: 'GET',
    url: '/v1/schemas/:type',
    access: { scope: 'events:read' },
    operationId: 'getSchema',
    tag,
    summary: 'All versions of a custom event type',
    params: Type.Object({ type: TypeName }),
    query: TenantQuery,
    responses: {
      200: {
        description: 'Oldest first.',
        schema: Type.Object({ type: Type.String(), versions: Type.Array(ref('EventSchema')) }),
      },
    },
    handle: (caller, { ops, params }) => ({ body: getSchema(ops, caller, params.type) }),
  }),
];

export const ADMIN_ROUTES: readonly AnyRoute[] = [...KEY_ROUTES, ...TENANT_ROUTES, ...SCHEMA_ROUTES];
