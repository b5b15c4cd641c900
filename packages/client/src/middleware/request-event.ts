import { mergeDefaults } from '../context/merge-event.ts';
import type { EventInput, JsonObject } from '../event/event-input.ts';
import { capturedBody } from './captured-body.ts';
import { classifyRequest, secretValues } from './classify-request.ts';
import type { IncomingRequest, RequestEnd } from './recorded-request.ts';
import type { Actor, Nobody } from './sound-actor.ts';
import { soundText, thrownText } from './sound-text.ts';

/** What the app's own functions told about a request. */
export interface Extracted {
  readonly actor: unknown;
  readonly tenant: string | Nobody;
  /** Parsed bodies, when they are asked for. */
  readonly request: unknown;
  readonly response: unknown;
}

/** What is known of a request beside itself and its end. */
export interface RequestFacts extends Pick<Extracted, 'tenant'> {
  readonly actor: Actor | undefined;
  readonly requestId: string;
  readonly durationMs: number;
  readonly address: string | undefined;
  readonly bodies: JsonObject | undefined;
  /** What the app's own functions threw. */
  readonly faults: readonly string[];
}

/** Status that says that the client closed the connection (nginx). */
const CLIENT_CLOSED = 499;

const CORRELATION_ID = /^[\x21-\x7e]{1,200}$/;

/** The event of an answered request. */
export function eventOf(request: IncomingRequest<unknown>, end: RequestEnd, facts: RequestFacts): EventInput {
  const { route, params = {}, ending = 'complete' } = end;
  const sentStatus = ending === 'client_left' ? CLIENT_CLOSED : end.status;
  // The status was on its way before the answer went wrong, or somebody made an answer of the error.
  const isBroken = sentStatus < 400 && (ending === 'cut_off' || end.error !== undefined);
  const what = classifyRequest({
    method: request.method,
    route,
    params,
    status: isBroken ? 500 : sentStatus,
  });
  const { action, ...rest } = what;
  const correlationId = request.header('x-correlation-id');
  const error = errorOf(end, sentStatus);
  const metadata = metadataOf(facts);
  const event: EventInput = {
    ...rest,
    ...(isBroken ? { severity: 'high' as const } : {}),
    action: { ...action, ...(error === undefined ? {} : { error }) },
    actor: actorOf(facts, request),
    context: {
      request_id: facts.requestId,
      ...(correlationId !== undefined && CORRELATION_ID.test(correlationId)
        ? { correlation_id: correlationId }
        : {}),
    },
    http: {
      method: request.method.slice(0, 100),
      ...(route === undefined ? {} : { route: soundText(route, 2_000) }),
      path: pathOf(request.path, params),
      ...(sentStatus >= 100 && sentStatus <= 599 ? { status_code: sentStatus } : {}),
      duration_ms: Math.round(facts.durationMs * 1_000) / 1_000,
    },
    ...(facts.tenant ? { tenant_id: String(facts.tenant) } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return withGiven(end.event, event);
}

/** The members of `metadata` that hold bodies. */
export function bodyMembers(
  { request, response }: Pick<Extracted, 'request' | 'response'>,
  bytesMax: number,
): JsonObject | undefined {
  const sent = capturedBody(request, bytesMax);
  const answered = capturedBody(response, bytesMax);
  if (sent === undefined && answered === undefined) return undefined;
  return {
    ...(sent === undefined ? {} : { request_body: sent }),
    ...(answered === undefined ? {} : { response_body: answered }),
  };
}

/** Blocks are merged, so that a handler that names the target does not take the route away. */
function withGiven(given: Partial<EventInput> | undefined, event: EventInput): EventInput {
  return given === undefined
    ? event
    : ({ ...mergeDefaults(event, given), type: given.type ?? event.type } as EventInput);
}

function metadataOf({ bodies, faults }: RequestFacts): JsonObject | undefined {
  if (faults.length === 0) return bodies;
  return { ...bodies, middleware_errors: faults };
}

function actorOf({ actor, address }: RequestFacts, request: IncomingRequest<unknown>): Actor {
  const agent = request.header('user-agent');
  return {
    type: 'anonymous',
    ...(address === undefined ? {} : { ip_address: address }),
    ...(agent === undefined ? {} : { user_agent: soundText(agent, 2_000) }),
    ...actor,
  };
}

/** Without the values of parameters such as `:token`, which open something for whoever reads them. */
function pathOf(path: string, params: Readonly<Record<string, unknown>>): string {
  let clean = path;
  for (const secret of secretValues(params)) {
    clean = clean.replaceAll(secret, '[redacted]').replaceAll(encodeURIComponent(secret), '[redacted]');
  }
  return soundText(clean, 2_000);
}

function errorOf({ error, ending }: RequestEnd, status: number): string | undefined {
  if (ending === 'client_left') return 'the client closed the connection before the answer was complete';
  // What is thrown for an answer of 404 or 403 is no failure of the app, and its text often repeats what was sent.
  if (error !== undefined && (status >= 500 || status < 400)) return thrownText(error);
  return ending === 'cut_off' ? 'the answer was cut off before it was complete' : undefined;
}
