import type { IncomingMessage } from 'node:http';
import type { IncomingRequest } from './recorded-request.ts';

/** What a request of Node's own server says, in the form all adapters share. */
export function nodeRequest<Request>(
  raw: Request,
  message: IncomingMessage,
  url: string,
): IncomingRequest<Request> {
  const end = url.search(/[?#]/);
  return {
    raw,
    method: (message.method ?? 'GET').toUpperCase(),
    path: end < 0 ? url : url.slice(0, end),
    header: headerOf(message),
    remoteAddress: message.socket.remoteAddress,
  };
}

/** The way to a header, by its name in lower case. */
export function headerOf(message: Pick<IncomingMessage, 'headers'>): (name: string) => string | undefined {
  return (name) => {
    const value = message.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
}
