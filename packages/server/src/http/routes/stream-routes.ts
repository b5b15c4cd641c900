import { Readable } from 'node:stream';
import { ApiError } from '../../errors/api-error.ts';
import { openStream } from '../../operations/open-stream.ts';
import { LIVE_PROTOCOL } from '../live-socket.ts';
import { StreamQuery } from '../query-parameters.ts';
import { type AnyRoute, route } from '../route.ts';
import { SSE_HEADERS, sseStream } from '../sse.ts';

const tag = 'events';
const read = { scope: 'events:read', viewers: true } as const;

function lastEventId(headers: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  const value = headers['last-event-id'];
  return Array.isArray(value) ? value[0] : value;
}

export const STREAM_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/stream',
    access: read,
    operationId: 'streamEvents',
    tag,
    summary: 'Events as they are recorded (Server-Sent Events)',
    description: [
      'Matching events in recorded order, from now on or from a place on: each with its `seq` as id. Come back with the',
      'last id in `Last-Event-ID`, as browsers do by themselves: nothing is left out and nothing comes twice. The event',
      '`heartbeat` moves the id on when nothing matches; `resume` is the last one before the server ends the stream.',
    ].join('\n'),
    query: StreamQuery,
    responses: { 200: { description: 'The stream.', contentType: 'text/event-stream' } },
    handle: async (caller, { ops, query, headers, isHead }) => {
      const start = await openStream(ops, caller, query, lastEventId(headers));
      return {
        content: { type: 'text/event-stream', data: isHead ? Readable.from([]) : sseStream(start) },
        headers: SSE_HEADERS,
      };
    },
  }),
  route({
    method: 'GET',
    url: '/v1/live',
    access: read,
    operationId: 'liveEvents',
    tag,
    summary: 'Events as they are recorded (WebSocket)',
    description: [
      'The same as messages `{"type":"event","seq","event"}`, `{"type":"heartbeat","seq","behind"}` and',
      '`{"type":"resume","seq","reason"}`; come back with `after` = the last `seq`. Subprotocol',
      `\`${LIVE_PROTOCOL}\`. Pages without a session name their token as a second subprotocol \`bearer.<token>\`.`,
    ].join('\n'),
    query: StreamQuery,
    responses: { 101: { description: 'The connection is a WebSocket from here on.' } },
    socket: async (caller, { ops, query, headers }) => openStream(ops, caller, query, lastEventId(headers)),
    handle: () => {
      throw new ApiError(
        'invalid_request',
        'This path speaks WebSocket; GET /v1/stream is the same over HTTP.',
      );
    },
  }),
];
