import { Type } from '@attestry/core';
import { ApiError } from '../../errors/api-error.ts';
import {
  BROWSER_TOKEN_S_DEFAULT,
  BROWSER_TOKEN_S_MAX,
  BROWSER_TOKEN_S_MIN,
  BROWSER_TOKEN_TYPES_MAX,
  PAGE_BATCH_EVENTS_MAX,
  PAGE_BODY_BYTES_MAX,
  VIEWER_TOKEN_S_DEFAULT,
} from '../../limits.ts';
import { createBrowserToken } from '../../operations/create-browser-token.ts';
import { createViewerToken, type ViewerTokenInput } from '../../operations/create-viewer-token.ts';
import type { EventOutcome } from '../../operations/event-outcome.ts';
import { refusalOf, statusOf } from '../../operations/ingest-events.ts';
import { ingestPageEvents } from '../../operations/ingest-page-events.ts';
import { FILTER_PROPERTIES, TenantQuery } from '../query-parameters.ts';
import { type AnyRoute, pageRoute, type Reply, route } from '../route.ts';
import { EventTypePattern, ref } from '../shared-schemas.ts';

const text = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));

const TokenBody = Type.Object(
  {
    origin: Type.String({
      maxLength: 300,
      description: 'The origin of the pages, as browsers write it: `https://app.example.com`.',
    }),
    actor: Type.Optional(
      Type.Object(
        {
          type: Type.Literal('user'),
          id: Type.String({ minLength: 1, maxLength: 200 }),
          name: text(200, 'As shown to people.'),
          email: text(320, 'Sealed in the log, like the rest of the person.'),
          session_id: text(200, 'The session of the visitor.'),
          on_behalf_of: Type.Optional(Type.Object({}, { description: 'As in an event.' })),
        },
        {
          additionalProperties: false,
          description: 'Who is signed in; absent: events are by an anonymous actor with the address.',
        },
      ),
    ),
    context: Type.Optional(
      Type.Object({}, { description: 'As in an event: `project_id`, `environment`, `service`, ...' }),
    ),
    metadata: Type.Optional(Type.Object({}, { description: 'Members that the page cannot overwrite.' })),
    types: Type.Optional(
      Type.Array(EventTypePattern, {
        minItems: 1,
        maxItems: BROWSER_TOKEN_TYPES_MAX,
        description:
          'Types the page may send. Absent: all but those of the categories auth, admin, config, security and compliance.',
      }),
    ),
    ttl_s: Type.Optional(
      Type.Integer({
        minimum: BROWSER_TOKEN_S_MIN,
        maximum: BROWSER_TOKEN_S_MAX,
        default: BROWSER_TOKEN_S_DEFAULT,
        description: 'Seconds until it ends; sooner when the API key ends.',
      }),
    ),
  },
  { additionalProperties: false },
);

const ViewerBody = Type.Object(
  {
    origin: Type.String({
      maxLength: 300,
      description: 'The origin of the pages: `https://app.example.com`.',
    }),
    filters: Type.Optional(
      Type.Object(
        Object.fromEntries(
          Object.entries(FILTER_PROPERTIES).map(([name, schema]) => [name, Type.Optional(schema)]),
        ) as Record<string, ReturnType<typeof Type.Optional>>,
        { additionalProperties: false, description: 'Filters of `GET /v1/events`, each a list.' },
      ),
    ),
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_000,
        description: 'A query as in `GET /v1/events`, beside the filters.',
      }),
    ),
    personal: Type.Optional(
      Type.Boolean({ default: false, description: 'Shows personal data too, if the API key may see it.' }),
    ),
    ttl_s: Type.Optional(
      Type.Integer({
        minimum: BROWSER_TOKEN_S_MIN,
        maximum: BROWSER_TOKEN_S_MAX,
        default: VIEWER_TOKEN_S_DEFAULT,
      }),
    ),
  },
  { additionalProperties: false },
);

const PageReceipt = Type.Object({
  id: Type.String({ format: 'uuid' }),
  recorded_at: Type.String({ format: 'date-time' }),
  duplicate: Type.Boolean({ description: 'The event was in the log already.' }),
});

/** What a page learns of an event that was taken: not its place, which would tell how much the log holds. */
function pageReceipt(outcome: EventOutcome): object | undefined {
  if (!('receipt' in outcome)) return undefined;
  const { id, recorded_at, duplicate } = outcome.receipt;
  return { id, recorded_at, duplicate };
}

/** The events of a body `{"token"?, "events"}`. */
function readEvents(body: unknown): readonly unknown[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ApiError('invalid_request', 'The body must be {"events": [...]}.', { path: '' });
  const { token, events, ...rest } = body as { token?: unknown; events?: unknown };
  const [extra] = Object.keys(rest);
  if (extra !== undefined)
    throw new ApiError('invalid_request', `"${extra}" is not known beside "events".`, { path: `/${extra}` });
  // What it says was looked at before, or is in the header.
  if (token !== undefined && typeof token !== 'string')
    throw new ApiError('invalid_request', '/token must be a text.', { path: '/token' });
  if (!Array.isArray(events) || events.length === 0)
    throw new ApiError('invalid_request', '/events must be a list with at least one event.', {
      path: '/events',
    });
  return events;
}

const HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;

function answer(outcomes: readonly EventOutcome[]): Reply {
  const refused = outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : []));
  if (refused.length === outcomes.length) throw refusalOf(refused, true);
  if (refused.length === 0)
    return { status: 201, body: { receipts: outcomes.map(pageReceipt) }, headers: HEADERS };
  const results = outcomes.map((outcome, index) => {
    if ('receipt' in outcome) return { index, status: 201, receipt: pageReceipt(outcome) };
    const { code, path, detail } = outcome.refused;
    return { index, status: statusOf(outcome.refused), code, path, detail };
  });
  const accepted = outcomes.length - refused.length;
  return { status: 207, body: { accepted, refused: refused.length, results }, headers: HEADERS };
}

export const BROWSER_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'POST',
    url: '/v1/browser-tokens',
    access: { scope: 'events:write' },
    operationId: 'createBrowserToken',
    tag: 'events',
    summary: 'Make a token with which pages record events',
    description: [
      'For backends: the token goes to a page of the origin named, and lets it do nothing but record events by this actor.',
      'It is not stored and cannot be revoked alone; it ends with its time, and at once when the API key that made it is',
      'revoked or gets a new secret.',
    ].join('\n'),
    query: TenantQuery,
    body: TokenBody,
    responses: {
      201: {
        description: 'The token.',
        schema: Type.Object({
          token: Type.String({
            description: 'Contains its end: `att_browser_<key>_<seconds since 1970, base 36>_...`.',
          }),
          origin: Type.String(),
          expires_at: Type.String({ format: 'date-time' }),
        }),
      },
    },
    handle: async (caller, { ops, body }) => ({
      status: 201,
      body: await createBrowserToken(ops, caller, body),
      headers: { 'cache-control': 'no-store' },
    }),
  }),
  route({
    method: 'POST',
    url: '/v1/viewer-tokens',
    access: { scope: 'events:read' },
    operationId: 'createViewerToken',
    tag: 'events',
    summary: 'Make a token with which pages show a part of the log',
    description: [
      'For backends: the token goes to a page of the origin named, which shows events with it by GET, SSE and WebSocket. It',
      'sees what its API key sees, narrowed by its filters, and can do nothing else. It is not stored and cannot be revoked',
      'alone; it ends with its time, and at once when the API key is revoked or gets a new secret.',
    ].join('\n'),
    query: TenantQuery,
    body: ViewerBody,
    responses: {
      201: {
        description: 'The token.',
        schema: Type.Object({
          token: Type.String({ description: '`att_viewer_<key>_<seconds since 1970, base 36>_...`.' }),
          origin: Type.String(),
          expires_at: Type.String({ format: 'date-time' }),
        }),
      },
    },
    handle: async (caller, { ops, body }) => ({
      status: 201,
      body: await createViewerToken(ops, caller, body as ViewerTokenInput),
      headers: { 'cache-control': 'no-store' },
    }),
  }),
  pageRoute({
    method: 'POST',
    url: '/v1/ingest/browser',
    access: 'browser-token',
    operationId: 'ingestPageEvents',
    tag: 'events',
    summary: 'Record events of a page',
    description: [
      `At most ${PAGE_BATCH_EVENTS_MAX} events; each at most 10,000 bytes, 5 levels deep, texts of at most 1,000 characters. The token is in`,
      '`Authorization`, or the first member of the body, which may then be sent as `text/plain` (by `sendBeacon`, or by',
      "`fetch` without a preflight). A page says what happened; actor, address, user agent and the token's defaults are not",
      'its own to say, severity is `medium` at most, and `metadata.source` tells that the event came from a page.',
    ].join('\n'),
    body: Type.Object({
      token: Type.Optional(
        Type.String({ description: 'First in the body; absent when it is in the header.' }),
      ),
      events: Type.Array(ref('EventInput'), { minItems: 1, maxItems: PAGE_BATCH_EVENTS_MAX }),
    }),
    bodyIsCheckedByOperation: true,
    lean: true,
    consumes: ['application/json', 'text/plain'],
    bodyBytesMax: PAGE_BODY_BYTES_MAX,
    responses: {
      201: { description: 'All are durable.', schema: Type.Object({ receipts: Type.Array(PageReceipt) }) },
      207: {
        description: 'Some were refused.',
        schema: Type.Object({
          accepted: Type.Integer(),
          refused: Type.Integer(),
          results: Type.Array(
            Type.Object({
              index: Type.Integer(),
              status: Type.Integer(),
              receipt: Type.Optional(PageReceipt),
              code: Type.Optional(Type.String()),
              path: Type.Optional(Type.String()),
              detail: Type.Optional(Type.String()),
            }),
          ),
        }),
      },
    },
    handle: async (page, { ops, body }) => answer(await ingestPageEvents(ops, page, readEvents(body))),
  }),
];
