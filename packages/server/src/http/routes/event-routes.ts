import { Readable } from 'node:stream';
import { Type } from '@attestry/core';
import { activity } from '../../operations/activity.ts';
import { eventContext } from '../../operations/event-context.ts';
import { eventHistory } from '../../operations/event-history.ts';
import { eventRecord } from '../../operations/event-record.ts';
import { planExport } from '../../operations/export-events.ts';
import { getEvent } from '../../operations/get-event.ts';
import { listEvents } from '../../operations/list-events.ts';
import { eventProof } from '../../operations/proofs.ts';
import { stats } from '../../operations/stats.ts';
import {
  ContextQuery,
  EventsQuery,
  ExportQuery,
  queryObject,
  StatsQuery,
  TenantQuery,
} from '../query-parameters.ts';
import { type AnyRoute, route } from '../route.ts';
import { ref } from '../shared-schemas.ts';

const EventId = Type.Object({
  id: Type.String({
    pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
    description: 'Event id (UUID).',
    'x-expected': 'the id of an event, a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057',
  }),
});
const cursor = Type.Union([Type.String(), Type.Null()]);
const tag = 'events';
const read = { scope: 'events:read', viewers: true } as const;
const RangeQuery = queryObject({
  from: Type.Optional(Type.String({ maxLength: 40, description: 'Inclusive; RFC 3339 or `-24h`.' })),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'Exclusive.' })),
});

const LISTING_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/events',
    access: read,
    findsEvents: true,
    operationId: 'listEvents',
    tag,
    summary: 'Find events',
    description: [
      'Different parameters are AND, repeated ones OR. Pages are keyset: follow `next_cursor` while `has_more`.',
      'Unknown parameters, naive times and values out of range are refused.',
      '`metadata.<path>=value` filters on a member of `metadata`.',
    ].join('\n'),
    query: EventsQuery,
    responses: {
      200: {
        description: 'A page of events.',
        schema: Type.Object({
          events: Type.Array(ref('Event')),
          next_cursor: cursor,
          previous_cursor: cursor,
          has_more: Type.Boolean(),
          read_to: Type.Optional(
            Type.Integer({
              minimum: 0,
              description: 'Only where a replica of the database answers: the first `seq` that it may lack',
            }),
          ),
          count: Type.Optional(Type.Object({ value: Type.Integer(), exact: Type.Boolean() })),
        }),
      },
    },
    handle: async (caller, { ops, query }) => ({ body: await listEvents(ops, caller, query) }),
  }),
  route({
    method: 'GET',
    url: '/v1/stats',
    access: read,
    findsEvents: true,
    operationId: 'getStats',
    tag,
    summary: 'Count events by one member',
    query: StatsQuery,
    responses: {
      200: {
        description: 'Exact counts.',
        schema: Type.Object({ group_by: Type.String(), total: Type.Integer(), groups: ref('Groups') }),
      },
    },
    handle: async (caller, { ops, query }) => ({ body: await stats(ops, caller, query) }),
  }),
  route({
    method: 'GET',
    url: '/v1/export',
    access: { scope: 'exports:write' },
    findsEvents: true,
    operationId: 'exportEvents',
    tag,
    summary: 'Stream all matching events',
    description:
      'Constant memory, any size. A transfer that breaks off is broken for the client too: a short file never looks whole.',
    query: ExportQuery,
    responses: {
      200: {
        description: 'NDJSON, or CSV with a header and formulas neutralised.',
        contentType: 'application/x-ndjson',
      },
    },
    async handle(caller, { ops, query, isHead }) {
      const { contentType, fileName, start } = await planExport(ops, caller, query);
      return {
        // Without a length: nobody knows it before everything is read.
        content: { type: contentType, data: isHead ? Readable.from([]) : await start() },
        headers: { 'content-disposition': `attachment; filename="${fileName}"`, 'cache-control': 'no-store' },
      };
    },
  }),
];

const SINGLE_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/events/:id',
    access: read,
    operationId: 'getEvent',
    tag,
    summary: 'One event, verified',
    params: EventId,
    query: TenantQuery,
    responses: { 200: { description: 'The event with `verification`.', schema: ref('Event') } },
    handle: async (caller, { ops, params }) => ({ body: await getEvent(ops, caller, params.id) }),
  }),
  route({
    method: 'GET',
    url: '/v1/events/:id/context',
    access: read,
    findsEvents: true,
    operationId: 'getEventContext',
    tag,
    summary: 'What happened around an event',
    params: EventId,
    query: ContextQuery,
    responses: {
      200: {
        description: 'Neighbours, oldest first.',
        schema: Type.Object({
          event: ref('Event'),
          by: Type.String(),
          before: Type.Array(ref('Event')),
          after: Type.Array(ref('Event')),
        }),
      },
    },
    handle: async (caller, { ops, params, query }) => ({
      body: await eventContext(ops, caller, params.id, query),
    }),
  }),
  route({
    method: 'GET',
    url: '/v1/events/:id/proof',
    access: read,
    operationId: 'getEventProof',
    tag,
    summary: 'Proof that an event is in the log',
    params: EventId,
    query: TenantQuery,
    responses: { 200: { description: 'c2sp.org/tlog-proof@v1', contentType: 'text/plain' } },
    handle: async (caller, { ops, params }) => ({
      content: { type: 'text/plain; charset=utf-8', data: await eventProof(ops, caller, params.id) },
    }),
  }),
  route({
    method: 'GET',
    url: '/v1/events/:id/record',
    access: read,
    operationId: 'getEventRecord',
    tag,
    summary: 'The record of an event, as it is stored and hashed',
    description:
      'Byte for byte what the leaf hash is made of (spec/record-format.md): with the proof a reader checks it alone. Sealed members are not in it.',
    params: EventId,
    query: TenantQuery,
    responses: { 200: { description: 'Canonical JSON (RFC 8785).', contentType: 'application/json' } },
    handle: async (caller, { ops, params }) => ({
      content: { type: 'application/json', data: await eventRecord(ops, caller, params.id) },
    }),
  }),
  route({
    method: 'GET',
    url: '/v1/events/:id/history',
    access: read,
    operationId: 'getEventHistory',
    tag,
    summary: 'Later records that concern an event',
    params: EventId,
    query: TenantQuery,
    responses: {
      200: {
        description: 'Notes, erasures, prunes and holds.',
        schema: Type.Object({
          id: Type.String(),
          seq: Type.Integer(),
          entries: Type.Array(
            Type.Object({
              type: Type.String(),
              seq: Type.Integer(),
              recorded_at: Type.String({ format: 'date-time' }),
              detail: Type.Object({}),
            }),
          ),
        }),
      },
    },
    handle: async (caller, { ops, params }) => ({ body: await eventHistory(ops, caller, params.id) }),
  }),
];

const PROFILE_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/actors/:id/activity',
    access: read,
    findsEvents: true,
    operationId: 'getActorActivity',
    tag,
    summary: 'What an actor did',
    params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }),
    query: RangeQuery,
    responses: { 200: { description: 'Profile.', schema: ref('Activity') } },
    handle: async (caller, { ops, params, query }) => ({
      body: await activity(ops, caller, { actor: [params.id] }, query),
    }),
  }),
  route({
    method: 'GET',
    url: '/v1/targets/:type/:id/activity',
    access: read,
    findsEvents: true,
    operationId: 'getTargetActivity',
    tag,
    summary: 'What was done to a target',
    params: Type.Object({
      type: Type.String({ minLength: 1, maxLength: 100 }),
      id: Type.String({ minLength: 1, maxLength: 500 }),
    }),
    query: RangeQuery,
    responses: { 200: { description: 'Profile.', schema: ref('Activity') } },
    handle: async (caller, { ops, params, query }) => ({
      body: await activity(ops, caller, { target_type: [params.type], target: [params.id] }, query),
    }),
  }),
];

export const EVENT_ROUTES: readonly AnyRoute[] = [...LISTING_ROUTES, ...SINGLE_ROUTES, ...PROFILE_ROUTES];
