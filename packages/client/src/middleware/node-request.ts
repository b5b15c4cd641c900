import type { IncomingMessage } from 'node:http';
import type { IncomingRequest } from './recorded-request.ts';

/** A request of Node's own server. Made for each, so it finds out when it is asked, but for what changes on the way. */
export class NodeRequest<Request> implements IncomingRequest<Request> {
  readonly raw: Request;
  readonly method: string;
  readonly remoteAddress: string | undefined;
  readonly #message: Pick<IncomingMessage, 'headers'>;
  readonly #url: string;

  /** @param url as it was sent, before routers took their part off */
  constructor(raw: Request, message: IncomingMessage, url: string) {
    this.raw = raw;
    this.method = (message.method ?? 'GET').toUpperCase();
    // A connection that is closed has no address any more.
    this.remoteAddress = message.socket.remoteAddress;
    this.#message = message;
    this.#url = url;
  }

  get path(): string {
    return pathOf(this.#url);
  }

  header(name: string): string | undefined {
    return headerOf(this.#message, name);
  }
}

/** A header of a message, by its name in lower case. */
export function headerOf({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Without query and fragment, and without the origin of what is asked for as proxies are (`http://app.test/notes`). */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  const target = end < 0 ? url : url.slice(0, end);
  return target.startsWith('/') ? target : target.replace(ORIGIN, '') || '/';
}

const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^/]*/i;
