import type { ServerResponse } from 'node:http';
import { BODY_BYTES, BodyCollector, type BodyOptions } from './captured-body.ts';
import type { Ending } from './watched-stream.ts';

/** Tells how an answer ended, whatever happens to it, and with what it was destroyed; rarely twice. */
export function onAnswered(
  response: ServerResponse,
  settle: (ending: Ending, error?: unknown) => void,
  contentType?: () => unknown,
): void {
  const closed = (): void => {
    if (isWhole(response)) settle('complete');
    else {
      const ending = endingOf(response, contentType);
      settle(ending, ending === 'cut_off' ? (response.errored ?? undefined) : undefined);
    }
  };
  // Comes at every end, also right behind `finish`. One listener, because this is done for every request.
  response.on('close', closed);
  // The client left while something before us took its time; nothing will tell so again. First the routes, though.
  if (response.destroyed) setImmediate(closed);
}

/** Whether all of a closed answer was taken by its connection. */
function isWhole(response: ServerResponse): boolean {
  const stream = streamOf(response);
  // Over HTTP/2 an answer is said to be finished whenever its stream is closed.
  if (stream !== undefined) return response.writableEnded && (stream.rstCode ?? 0) === 0;
  // The answers of injected requests are never said to be finished; their connection stays.
  return response.writableFinished || (response.writableEnded && response.socket?.destroyed === false);
}

/** The stream of an answer over HTTP/2, with what it was reset by. */
function streamOf(response: ServerResponse): { readonly rstCode?: number } | undefined {
  return (response as { stream?: { readonly rstCode?: number } }).stream;
}

/** What a client of HTTP/2 says when it does not want an answer any more (RFC 9113, 7). */
const HTTP2_CANCEL = 8;

/** Whether it was the client that ended the connection. Whatever else is destroyed, we may have done ourselves. */
function hasClientLeft(response: ServerResponse): boolean {
  const stream = streamOf(response);
  if (stream !== undefined) return stream.rstCode === HTTP2_CANCEL;
  const socket = response.req?.socket as { readableEnded?: boolean; errored?: unknown } | undefined;
  // Its half of the connection is at its end, or has failed. An answer that was destroyed with an error passes that on.
  return socket?.readableEnded === true || (socket?.errored != null && socket.errored !== response.errored);
}

/** Why an answer was closed before its end. */
function endingOf(
  response: ServerResponse,
  contentType: () => unknown = () => response.getHeader('content-type'),
): Ending {
  if (!hasClientLeft(response)) return 'cut_off';
  // A stream of events ends when its reader leaves; there is no other end.
  return isEventStream(contentType()) ? 'complete' : 'client_left';
}

/** Whether an answer is server-sent events. */
export function isEventStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}

/** The way to the parsed body of an answer, when it is asked for. */
export function nodeBody(
  response: ServerResponse,
  { response: isAsked = false, bytesMax = BODY_BYTES }: BodyOptions = {},
  header: (name: string) => unknown = (name) => response.getHeader(name),
): (() => unknown) | undefined {
  if (!isAsked) return undefined;
  const collector = collectBody(response, bytesMax);
  return () => collector.parsed((name) => header(name)?.toString());
}

/** Collects what is written, without changing what is written. */
function collectBody(response: ServerResponse, bytesMax: number): BodyCollector {
  const collector = new BodyCollector(bytesMax);
  const write: unknown = Reflect.get(response, 'write');
  const end: unknown = Reflect.get(response, 'end');
  const add = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === 'string') {
      collector.add(
        Buffer.from(chunk, Buffer.isEncoding(encoding as string) ? (encoding as 'utf8') : 'utf8'),
      );
    } else if (chunk instanceof Uint8Array) collector.add(chunk);
  };
  response.write = function (this: ServerResponse, ...args: unknown[]) {
    add(args[0], args[1]);
    return Reflect.apply(write as ServerResponse['write'], this, args);
  } as ServerResponse['write'];
  response.end = function (this: ServerResponse, ...args: unknown[]) {
    add(args[0], args[1]);
    return Reflect.apply(end as ServerResponse['end'], this, args);
  } as ServerResponse['end'];
  return collector;
}

const REQUEST_ID = Symbol('attestry.request-id');

type NamedResponse = ServerResponse & { [REQUEST_ID]?: string; [WRITE_HEAD]?: ServerResponse['writeHead'] };

const WRITE_HEAD = Symbol('attestry.write-head');

/**
 * Gives an answer its `X-Request-ID` as its head is written: what frameworks do with its headers before does not take it
 * off, and Node does not have to merge two ways of setting headers, which is slow. The app's own wins.
 */
export function nameAnswer(response: ServerResponse, requestId: string): void {
  const named: NamedResponse = response;
  named[REQUEST_ID] = requestId;
  // oxlint-disable-next-line typescript/unbound-method -- writeNamedHead calls it on the response it was taken from
  named[WRITE_HEAD] = response.writeHead;
  named.writeHead = writeNamedHead as ServerResponse['writeHead'];
}

// One function for all answers, so that the engine gives them one shape.
function writeNamedHead(this: NamedResponse, ...args: unknown[]): unknown {
  const headers = args.length === 2 ? args[1] : undefined;
  if (isPlain(headers) && this.getHeaderNames().length === 0) {
    if (!hasOwnId(headers)) args[1] = { ...headers, 'x-request-id': this[REQUEST_ID] };
  } else if (!this.headersSent && !this.hasHeader('x-request-id'))
    this.setHeader('x-request-id', this[REQUEST_ID] ?? '');
  return Reflect.apply(this[WRITE_HEAD] as ServerResponse['writeHead'], this, args);
}

function isPlain(headers: unknown): headers is object {
  return typeof headers === 'object' && headers !== null && !Array.isArray(headers);
}

function hasOwnId(headers: object): boolean {
  for (const name in headers) if (name.length === 12 && name.toLowerCase() === 'x-request-id') return true;
  return false;
}
