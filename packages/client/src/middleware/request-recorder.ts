import type { Attestry } from '../attestry.ts';
import { contextStorage } from '../context/context-storage.ts';
import { type EventDefaults, layOver } from '../context/merge-event.ts';
import type { EventInput } from '../event/event-input.ts';
import { BODY_BYTES, BODY_BYTES_MAX, type BodyOptions } from './captured-body.ts';
import { isLogout } from './classify-request.ts';
import { clientAddress, type TrustProxy } from './client-address.ts';
import { type Exclusion, makeIsExcluded } from './exclusions.ts';
import { atOnce, inTime, isPromise } from './hook-answer.ts';
import type { IncomingRequest, RecordedRequest, RequestEnd } from './recorded-request.ts';
import { bodyMembers, type Extracted, eventOf, type RequestFacts } from './request-event.ts';
import { requestIdOf } from './request-id.ts';
import { type Actor, type GivenActor, type Nobody, soundActor } from './sound-actor.ts';
import { thrownText } from './sound-text.ts';
import type { Ending } from './watched-stream.ts';

/**
 * What the middleware of every framework can be told. `Request` is the framework's own; its functions are methods here,
 * so that they may be written for the app's own kind of it, with what its sign-in has added.
 */
export interface MiddlewareOptions<Request> {
  readonly client: Attestry;
  /** Who made the request. Called when it has been answered, so that the app's own sign-in has happened. */
  actor?(request: Request): GivenActor | Nobody | Promise<GivenActor | Nobody>;
  /** Tenant of the request; must be that of the client's key. */
  tenant?(request: Request): string | Nobody | Promise<string | Nobody>;
  /** Record reads (GET, HEAD) as well; failed ones always are. */
  readonly reads?: boolean;
  /** Requests that are not recorded: `/health`, `/internal/*`, or a function. */
  readonly exclude?: readonly Exclusion[];
  /** Whose X-Forwarded-For is believed; nobody's by default. */
  readonly trustProxy?: TrustProxy;
  /** Bodies that events carry, without secrets; none by default. */
  readonly bodies?: BodyOptions;
  /** Changes an event before it is captured; `null` leaves it out. */
  event?(event: EventInput, request: Request): EventInput | null;
}

/** Paths at which there may be a route that ends a session; the route decides. */
const LOGOUT_PATH = /(?:log|sign)-?out\/?$/i;

/** Makes the recorder of an app, which all adapters share. */
export function makeRequestRecorder<Request>(
  options: MiddlewareOptions<Request>,
): (request: IncomingRequest<Request>) => RecordedRequest {
  checkOptions(options);
  const isExcluded = makeIsExcluded(options.exclude ?? []);
  return (request) => new Recording(options, isExcluded, request);
}

/** By this a context that `run` has made of a request's own is known. */
const OWN = Symbol.for('@attestry/client request');

type RequestContext = EventDefaults & { [OWN]?: EventDefaults };

/** One request; made for each, also for those that are not recorded, so it does as little as it can until the end. */
class Recording<Request> implements RecordedRequest {
  readonly requestId: string;
  readonly #options: MiddlewareOptions<Request>;
  readonly #isExcluded: Finished<Request>['isExcluded'];
  readonly #request: IncomingRequest<Request>;
  readonly #startedMs = performance.now();
  readonly #storage = contextStorage();
  /** An answer ends in the context of whoever wrote its last byte; its event is that of the request. */
  #context = this.#storage?.getStore();
  #own: RequestContext | undefined;
  #ended = false;

  constructor(
    options: MiddlewareOptions<Request>,
    isExcluded: Finished<Request>['isExcluded'],
    request: IncomingRequest<Request>,
  ) {
    this.#options = options;
    this.#isExcluded = isExcluded;
    this.#request = request;
    this.requestId = requestIdOf(request);
  }

  run<Result>(work: () => Result): Result {
    const storage = this.#storage;
    if (storage === undefined) return work();
    let own = this.#own;
    if (own === undefined) {
      own = { context: { request_id: this.requestId } };
      if (this.#context !== undefined) own = layOver({ ...this.#context }, own);
      this.#own = own[OWN] = own;
    } else {
      const now = storage.getStore() as RequestContext | undefined;
      if (now?.[OWN] === own) {
        // What the app has said by `run` on the way is true of the request, and of its event.
        this.#context = now;
        return work();
      }
    }
    return storage.run(own, work);
  }

  isLeftOut(status: number, ending: Ending, error: unknown): boolean {
    // A route that ends a session is found at a path that says so.
    return this.#isUnasked(status, ending, error) && !LOGOUT_PATH.test(this.#request.path);
  }

  #isUnasked(status: number, ending: Ending, error: unknown): boolean {
    const { method } = this.#request;
    if (method === 'OPTIONS') {
      // With these two apps answer what a browser asks before a request, when nobody has told them about it.
      if (status === 404 || status === 405) return true;
    } else if ((method !== 'GET' && method !== 'HEAD') || this.#options.reads === true) return false;
    return status < 400 && error === undefined && ending === 'complete';
  }

  end(end: RequestEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    const request = this.#request;
    const isAsking = request.method === 'OPTIONS';
    if (
      this.#isUnasked(end.status, end.ending ?? 'complete', end.error) &&
      (isAsking || (end.event === undefined && !isLogout(end.route)))
    )
      return;
    const made = {
      requestId: this.requestId,
      durationMs: performance.now() - this.#startedMs,
      faults: [],
      runsAs: this.#context?.actor,
    };
    const capture = (event: EventInput): void => this.#capture(event);
    // A mistake of ours must not become an outage of the app, and not a gap in its log either.
    const tell = (error: unknown): void => {
      const text = `the audit middleware failed: ${thrownText(error)}`;
      capture({ type: 'api.error', action: { error: text }, context: { request_id: this.requestId } });
    };
    try {
      const lookUp = finish({
        options: this.#options,
        isExcluded: this.#isExcluded,
        request,
        end,
        made,
        capture,
      });
      if (lookUp !== undefined) this.#options.client.waitFor(lookUp.catch(tell));
    } catch (error) {
      tell(error);
    }
  }

  #capture(event: EventInput): void {
    const { client } = this.#options;
    if (this.#storage === undefined) client.capture(event as never);
    else this.#storage.run(this.#context ?? {}, () => client.capture(event as never));
  }
}

/** @throws {TypeError} at the start of the app rather than at its first request */
function checkOptions({ client, bodies, trustProxy = false }: MiddlewareOptions<never>): void {
  if (typeof (client as Partial<Attestry> | undefined)?.capture !== 'function') {
    throw new TypeError('attestry({ client }): client is missing; give it a `new Attestry()`');
  }
  const isCount = Number.isInteger(trustProxy) && (trustProxy as number) >= 0;
  if (!isCount && typeof trustProxy !== 'boolean' && typeof trustProxy !== 'function') {
    throw new TypeError(
      `attestry({ trustProxy }): must be a number of proxies, a boolean or a function, not ${JSON.stringify(trustProxy)}`,
    );
  }
  const bytes = bodies?.bytesMax ?? BODY_BYTES;
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > BODY_BYTES_MAX) {
    throw new TypeError(`attestry({ bodies }): bytesMax must be from 1 to ${BODY_BYTES_MAX}, not ${bytes}`);
  }
}

interface Finished<Request> {
  readonly options: MiddlewareOptions<Request>;
  readonly isExcluded: (request: { readonly method: string; readonly path: string }) => boolean;
  readonly request: IncomingRequest<Request>;
  readonly end: RequestEnd;
  readonly made: Pick<RequestFacts, 'requestId' | 'durationMs'> & {
    readonly faults: string[];
    /** Whom the context of the request names. */
    readonly runsAs: unknown;
  };
  readonly capture: (event: EventInput) => void;
}

/**
 * Asks the app's own functions, none of which may spoil more than its part, and captures the event.
 *
 * @returns what has to be waited for before the event is captured
 */
function finish<Request>({
  options,
  isExcluded,
  request,
  end,
  made,
  capture,
}: Finished<Request>): Promise<void> | undefined {
  const { trustProxy = false, bodies } = options;
  const attempt = <Result>(name: string, work: () => Result): Result | undefined => {
    try {
      return work();
    } catch (error) {
      made.faults.push(`${name}: ${thrownText(error)}`);
      return undefined;
    }
  };
  if (attempt('exclude', () => isExcluded(request)) === true) return undefined;
  const asked = {
    actor: attempt('actor', () => options.actor?.(request.raw)),
    tenant: attempt('tenant', () => options.tenant?.(request.raw)),
    request: bodies?.request === true ? attempt('bodies', () => end.requestBody?.()) : undefined,
    response: bodies?.response === true ? attempt('bodies', () => end.responseBody?.()) : undefined,
  };
  const captureWith = ({ actor, tenant, ...sent }: Extracted, occurredAt?: string): void => {
    const whom = (given: unknown): Actor | undefined =>
      attempt('actor', () => soundActor(given, made.faults));
    const sound = whom(actor) ?? whom(made.runsAs);
    const build = (withBodies: boolean): EventInput => {
      const captured = withBodies
        ? attempt('bodies', () => bodyMembers(sent, bodies?.bytesMax ?? BODY_BYTES))
        : undefined;
      const address = attempt('trustProxy', () =>
        clientAddress(request.remoteAddress, request.header('x-forwarded-for'), trustProxy),
      );
      const event = eventOf(request, end, { ...made, actor: sound, tenant, address, bodies: captured });
      return occurredAt === undefined ? event : { ...event, occurred_at: occurredAt };
    };
    if (options.event === undefined) capture(build(true));
    else {
      const changed = attempt('event', () => eventGiven(options.event?.(build(true), request.raw)));
      // Without the change that would have taken something out, what might have to be taken out is left out.
      if (changed !== null) capture(changed ?? build(false));
    }
  };
  if (!Object.values(asked).some(isPromise)) {
    captureWith(asked as Extracted);
    return undefined;
  }
  const occurredAt = new Date().toISOString();
  return settle(asked, made.faults).then((known) => captureWith(known, occurredAt));
}

/** @throws {TypeError} for what is no event */
function eventGiven(given: EventInput | null | undefined): EventInput | null | undefined {
  const event = atOnce(given);
  if (event !== undefined && typeof event !== 'object')
    throw new TypeError(`gave a ${typeof event}, not an event or null`);
  return event;
}

/** Waits for what the app has to look up; the answer has been sent already. */
async function settle(asked: object, faults: string[]): Promise<Extracted> {
  const members = await Promise.all(
    Object.entries(asked).map(async ([name, value]: [string, unknown]) => {
      try {
        return [name, isPromise(value) ? await inTime(value) : value] as const;
      } catch (error) {
        faults.push(`${name}: ${thrownText(error)}`);
        return [name, undefined] as const;
      }
    }),
  );
  return Object.fromEntries(members) as unknown as Extracted;
}
