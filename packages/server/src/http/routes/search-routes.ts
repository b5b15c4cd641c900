import { Type } from '@attestry/core';
import {
  PARAMETER_CHARS_MAX,
  RECENT_EVENTS_MAX,
  SAVED_SEARCH_CHARS_MAX,
  SUGGESTIONS_DEFAULT,
  SUGGESTIONS_MAX,
} from '../../limits.ts';
import {
  changeSavedSearch,
  createSavedSearch,
  getSavedSearch,
  listSavedSearches,
  removeSavedSearch,
} from '../../operations/manage-saved-searches.ts';
import { recent } from '../../operations/recent.ts';
import { suggest } from '../../operations/suggest.ts';
import { queryObject, TenantQuery } from '../query-parameters.ts';
import { type AnyRoute, route } from '../route.ts';
import { ref } from '../shared-schemas.ts';

const read = { scope: 'events:read' } as const;
const readOrView = { scope: 'events:read', viewers: true } as const;

const SearchBody = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: '^[^\\u0000-\\u001f\\u007f]*$',
      'x-expected': 'text without control characters',
    }),
    query: Type.String({
      maxLength: SAVED_SEARCH_CHARS_MAX,
      description: 'Parameters of `GET /v1/events`, as in an address: `q=status%3Afailure&from=-24h`.',
    }),
    shared: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'For everybody of the tenant. What names persons is shown to who may see personal data.',
      }),
    ),
  },
  { additionalProperties: false },
);
const SearchId = Type.Object({
  id: Type.String({
    pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
    'x-expected': 'the id of a saved search, a UUID',
  }),
});
const search = { description: 'The saved search.', schema: ref('SavedSearch') };

const SAVED_SEARCH_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/saved-searches',
    access: read,
    operationId: 'listSavedSearches',
    tag: 'searches',
    summary: 'Own saved searches, and those that others share',
    query: TenantQuery,
    responses: {
      200: { description: 'By name.', schema: Type.Object({ searches: Type.Array(ref('SavedSearch')) }) },
    },
    handle: async (caller, { ops }) => ({ body: await listSavedSearches(ops, caller) }),
  }),
  route({
    method: 'POST',
    url: '/v1/saved-searches',
    access: read,
    operationId: 'createSavedSearch',
    tag: 'searches',
    summary: 'Save a search',
    query: TenantQuery,
    body: SearchBody,
    responses: { 201: search },
    handle: async (caller, { ops, body }) => ({
      status: 201,
      body: await createSavedSearch(ops, caller, body),
    }),
  }),
  route({
    method: 'GET',
    url: '/v1/saved-searches/:id',
    access: read,
    operationId: 'getSavedSearch',
    tag: 'searches',
    summary: 'One saved search',
    params: SearchId,
    query: TenantQuery,
    responses: { 200: search },
    handle: async (caller, { ops, params }) => ({ body: await getSavedSearch(ops, caller, params.id) }),
  }),
  route({
    method: 'PUT',
    url: '/v1/saved-searches/:id',
    access: read,
    operationId: 'changeSavedSearch',
    tag: 'searches',
    summary: 'Change a saved search',
    params: SearchId,
    query: TenantQuery,
    body: SearchBody,
    responses: { 200: search },
    handle: async (caller, { ops, params, body }) => ({
      body: await changeSavedSearch(ops, caller, params.id, body),
    }),
  }),
  route({
    method: 'DELETE',
    url: '/v1/saved-searches/:id',
    access: read,
    operationId: 'removeSavedSearch',
    tag: 'searches',
    summary: 'Delete a saved search',
    params: SearchId,
    query: TenantQuery,
    responses: { 204: { description: 'Deleted.' } },
    handle: async (caller, { ops, params }) => {
      await removeSavedSearch(ops, caller, params.id);
      return { status: 204 };
    },
  }),
];

export const SEARCH_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/suggest',
    access: readOrView,
    operationId: 'suggestValues',
    tag: 'searches',
    summary: 'Values of a field of the query language',
    description:
      'What the log has and the reader may see: all types; of the other fields what the newest 500 events have.',
    query: queryObject({
      field: Type.String({ minLength: 1, maxLength: 200, description: 'A field, or `metadata.<path>`.' }),
      prefix: Type.Optional(
        Type.String({ maxLength: PARAMETER_CHARS_MAX, description: 'How the values begin, in any case.' }),
      ),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: SUGGESTIONS_MAX, default: SUGGESTIONS_DEFAULT }),
      ),
    }),
    responses: {
      200: {
        description: 'The commonest first.',
        schema: Type.Object({
          field: Type.String(),
          values: Type.Array(Type.Object({ value: Type.String(), count: Type.Optional(Type.Integer()) })),
        }),
      },
    },
    handle: async (caller, { ops, query }) => ({ body: await suggest(ops, caller, query) }),
  }),
  route({
    method: 'GET',
    url: '/v1/recent',
    access: readOrView,
    findsEvents: true,
    operationId: 'getRecent',
    tag: 'events',
    summary: 'What an actor did within a day',
    query: queryObject({
      actor: Type.String({ minLength: 1, maxLength: 200, description: '`actor.id`.' }),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: RECENT_EVENTS_MAX, default: RECENT_EVENTS_MAX }),
      ),
    }),
    responses: {
      200: {
        description: 'Newest first.',
        schema: Type.Object({ actor: Type.String(), events: Type.Array(ref('Event')) }),
      },
    },
    handle: async (caller, { ops, query }) => ({ body: await recent(ops, caller, query) }),
  }),
  ...SAVED_SEARCH_ROUTES,
];
