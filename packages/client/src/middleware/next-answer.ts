import { BODY_BYTES, BodyCollector, type BodyOptions } from './captured-body.ts';
import { tellUnanswered } from './next-internals.ts';
import { isEventStream } from './node-response.ts';
import { type Ending, watchStream } from './watched-stream.ts';

/** Follows the answer of one route handler to its end. */
export class AnswerWatch {
  readonly #collector: BodyCollector | undefined;
  #headers: Headers | undefined;
  #status = 499;

  constructor({ response = false, bytesMax = BODY_BYTES }: BodyOptions = {}) {
    this.#collector = response ? new BodyCollector(bytesMax) : undefined;
  }

  /** Of the answer, when there is one. */
  get status(): number {
    return this.#status;
  }

  /** What it means that the client left now: a stream of events has no other end. */
  get endingOfAbort(): Ending {
    return isEventStream(this.#headers?.get('content-type')) ? 'complete' : 'client_left';
  }

  body(): unknown {
    return this.#collector?.parsed((name) => this.#headers?.get(name));
  }

  /** The answer with its `X-Request-ID`; a streamed one ends later than its handler. */
  wrap(
    request: Request,
    response: Response,
    requestId: string,
    end: (status: number, ending: Ending, error?: unknown) => void,
  ): Response {
    // Next explains what is wrong with a handler that gives something else.
    if (typeof (response as Partial<Response> | null | undefined)?.headers?.get !== 'function') {
      tellUnanswered(request.method, new URL(request.url).pathname);
      end(500, 'complete', new TypeError(`the handler gave no Response but ${typeof response}`));
      return response;
    }
    const { body, status } = response;
    this.#headers = response.headers;
    this.#status = status;
    // Only what can be made again is: `Response.error()`, for one, cannot. The body of an answer to HEAD is dropped.
    const isRemade = status >= 200 && status <= 599 && !response.bodyUsed && !(body?.locked ?? false);
    if (!isRemade || body === null || request.method === 'HEAD') end(status, 'complete');
    if (!isRemade) return response;
    const headers = new Headers(response.headers);
    headers.set('x-request-id', requestId);
    const watched =
      body === null || request.method === 'HEAD'
        ? body
        : watchStream(body as ReadableStream<Uint8Array>, {
            end: (ending, error) =>
              end(status, ending === 'client_left' ? this.endingOfAbort : ending, error),
            chunk: (bytes) => this.#collector?.add(bytes),
          });
    return new Response(watched as typeof body, { status, statusText: response.statusText, headers });
  }
}
