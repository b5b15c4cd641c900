import type { ServerResponse } from 'node:http';
import { BODY_BYTES, BodyCollector, type BodyOptions } from './captured-body.ts';
import type { Ending } from './watched-stream.ts';

/** Tells once how an answer ended, whatever happens to it, and with what it was destroyed. */
export function onAnswered(
  response: ServerResponse,
  settle: (ending: Ending, error?: unknown) => void,
  contentType: () => unknown = () => response.getHeader('content-type'),
): void {
  let isSettled = false;
  const settleAs = (ending: Ending): void => {
    if (isSettled) return;
    isSettled = true;
    settle(ending, ending === 'cut_off' ? (response.errored ?? undefined) : undefined);
  };
  const closed = (): void => {
    if (!isSettled) settleAs(endingOf(response, contentType));
  };
  response.on('finish', () => settleAs(isWhole(response) ? 'complete' : endingOf(response, contentType)));
  response.on('close', closed);
  // The client left while something before us took its time; nothing will tell so again. First the routes, though.
  if (response.destroyed) setImmediate(closed);
}

/** Over HTTP/2 an answer is said to be finished whenever its stream is closed. */
function isWhole(response: ServerResponse): boolean {
  return response.writableEnded && (streamOf(response)?.rstCode ?? 0) === 0;
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
  // Its half of the connection is at its end, or has failed. An answer that was destroyed with an error passes it on.
  return socket?.readableEnded === true || (socket?.errored != null && response.errored == null);
}

/** Why an answer was closed before its end. */
function endingOf(response: ServerResponse, contentType: () => unknown): Ending {
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
): (() => unknown) | undefined {
  if (!isAsked) return undefined;
  const collector = collectBody(response, bytesMax);
  return () => collector.parsed((name) => response.getHeader(name)?.toString());
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
