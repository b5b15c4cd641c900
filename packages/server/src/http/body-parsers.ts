import { isUtf8 } from 'node:buffer';
import { gunzip } from 'node:zlib';
import { parseStrict, StrictJsonError } from '@attestry/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../errors/api-error.ts';

const NDJSON_TYPE = 'application/x-ndjson';

/** A body of `application/x-ndjson`: its text, still to be parsed line by line so that one bad line spares the others. */
export class NdjsonBody {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A body that is parsed only when its sender, whose token may be in it, is known. */
export class UnreadBody {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function decodeUtf8(body: Buffer): string {
  // TextDecoder would replace or strip (BOM) silently; the bytes must mean one text only.
  if (!isUtf8(body)) throw new ApiError('malformed_json', 'The body is not valid UTF-8.', { path: '' });
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) {
    const detail = 'The body begins with a byte order mark (EF BB BF); send the JSON without it.';
    throw new ApiError('malformed_json', detail, { path: '' });
  }
  return body.toString('utf8');
}

/** A pointer short enough to send back: member names may be as long as the body. */
const PATH_CHARS_MAX = 1_000;

/**
 * Where in a text something is, as editors count: lines and columns from 1, columns in UTF-16 units. The offset
 * counts those units from 0 over the whole text.
 */
function placeIn(text: string, offset: number, firstLine: number | undefined): string {
  const before = text.slice(0, offset);
  const line = (before.match(/\n/g)?.length ?? 0) + (firstLine ?? 1);
  const column = offset - before.lastIndexOf('\n');
  return `line ${line}, column ${column}${firstLine === undefined ? ` (offset ${offset})` : ''}`;
}

/**
 * Parses strictly (record-format 1); the error names the place.
 *
 * @param line number of the text's line, when it is one line of a larger body
 */
export function parseJson(text: string, line?: number): unknown {
  try {
    return parseStrict(text);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const path = error.path.slice(0, PATH_CHARS_MAX).toWellFormed();
    const place = placeIn(text, error.offset, line);
    const detail =
      text === ''
        ? 'The body is empty; JSON was expected.'
        : `Not strict JSON at ${place}${path === '' ? '' : `, in ${path}`}: ${error.detail}.`;
    throw new ApiError('malformed_json', detail, { path, errors: [{ code: error.code, path, detail }] });
  }
}

function refuseEncoding(request: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') {
    throw new ApiError('unsupported_media_type', `The charset ${charset} is not supported; send UTF-8.`);
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity' && encoding !== 'gzip') {
    throw new ApiError(
      'unsupported_media_type',
      `Content-Encoding ${encoding} is not supported; send gzip, or the body as it is.`,
    );
  }
}

/** Why a compressed body could not be unpacked. */
function unpackError(cause: Error, bytesMax: number): ApiError {
  return (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    ? new ApiError('payload_too_large', `The body unpacks to more than ${bytesMax} bytes.`, { cause })
    : new ApiError('malformed_json', 'The body is no whole gzip stream.', { path: '', cause });
}

type Done = (error: Error | null, body?: unknown) => void;

/** A parser of text bodies, compressed or not. Only unpacking is asynchronous: it runs in a thread of the platform. */
function textParser(
  parse: (request: FastifyRequest, text: string) => unknown,
): (request: FastifyRequest, body: Buffer, done: Done) => void {
  return (request, body, done) => {
    const finish = (bytes: Buffer): void => {
      try {
        done(null, parse(request, decodeUtf8(bytes)));
      } catch (error) {
        done(error as Error);
      }
    };
    try {
      refuseEncoding(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    if (request.headers['content-encoding'] !== 'gzip') {
      finish(body);
      return;
    }
    // The bound is that of a body as it is: a small gzip can unpack to a thousand times its size.
    const maxOutputLength = request.routeOptions.bodyLimit;
    gunzip(body, { maxOutputLength }, (error, bytes) => {
      if (error === null) finish(bytes);
      else done(unpackError(error, maxOutputLength));
    });
  };
}

/** Replaces Fastify's parsers: JSON is read by the strict parser of core, and nothing else is taken but NDJSON of events and text of pages. */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    textParser((request, text) => (isPagePost(request) ? new UnreadBody(text) : parseJson(text))),
  );
  app.addContentTypeParser<Buffer>(
    'text/plain',
    { parseAs: 'buffer' },
    textParser((request, text) => {
      if (!isPagePost(request))
        throw new ApiError('unsupported_media_type', 'Send JSON as application/json, not as text/plain.');
      return new UnreadBody(text);
    }),
  );
  app.addContentTypeParser<Buffer>(
    NDJSON_TYPE,
    { parseAs: 'buffer' },
    textParser((request, text) => {
      if (!isEventsPost(request))
        throw new ApiError('unsupported_media_type', `${NDJSON_TYPE} is taken by POST /v1/events only.`);
      return new NdjsonBody(text);
    }),
  );
}

function isEventsPost(request: FastifyRequest): boolean {
  return request.routeOptions.url === '/v1/events';
}

function isPagePost(request: FastifyRequest): boolean {
  return request.routeOptions.url === '/v1/ingest/browser';
}
