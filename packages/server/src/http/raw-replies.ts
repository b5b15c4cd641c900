import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError } from '../errors/api-error.ts';
import { PROBLEM_TYPE } from './problem-replies.ts';

/** A request line as HTTP/1 writes it, with any method. */
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) [!-~]+ HTTP\/1\.[01]\r?\n/;
/** Bytes of a broken request that are looked at for its first line. */
const FIRST_LINE_BYTES_MAX = 2_048;

/** What llhttp found wrong, in words (https://github.com/nodejs/llhttp, `HPE_` codes). */
const PARSER_WORDS: Readonly<Record<string, string>> = {
  HPE_INVALID_VERSION: 'The version of HTTP is not one that this server speaks; it speaks HTTP/1.1.',
  HPE_PAUSED_H2_UPGRADE: 'This server speaks HTTP/1.1; HTTP/2 needs a proxy in front of it.',
  HPE_INVALID_URL: 'The address in the request line is not valid.',
  HPE_INVALID_HEADER_TOKEN: 'A header has a character that no header may have.',
  HPE_INVALID_CONTENT_LENGTH: 'Content-Length is not a number, or is there twice.',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'Content-Length is there twice, or beside Transfer-Encoding.',
  HPE_INVALID_TRANSFER_ENCODING:
    'Transfer-Encoding is not one that this server reads; send chunked or Content-Length.',
  HPE_INVALID_CHUNK_SIZE: 'The length of a chunk of the body is not a hexadecimal number.',
  HPE_CLOSED_CONNECTION: 'Data came after the request that said Connection: close.',
};

type ParserError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

function unknownMethod({ rawPacket }: ParserError): string | undefined {
  return REQUEST_LINE.exec(rawPacket?.toString('latin1', 0, FIRST_LINE_BYTES_MAX) ?? '')?.[1];
}

function toProblem(error: ParserError): ApiError {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ApiError('request_timeout', 'The request did not arrive in time.');
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return new ApiError('headers_too_large', 'Request line and headers are larger than 16 kB.');
  const method = error.code === 'HPE_INVALID_METHOD' ? unknownMethod(error) : undefined;
  if (method !== undefined) {
    const capitals = method === method.toUpperCase() ? '' : '; methods are written in capitals';
    return new ApiError(
      'method_unknown',
      `The method ${method} is not one that this server knows${capitals}.`,
    );
  }
  const words = PARSER_WORDS[error.code ?? ''] ?? 'This is not HTTP/1.1 as this server reads it.';
  return new ApiError('invalid_request', words);
}

function sendRaw(socket: Duplex, problem: ApiError): void {
  const body = JSON.stringify(problem.toProblem('none'));
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(problem.options.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Answers what never became a request: slow, oversized or broken HTTP, on the raw socket. */
export function handleClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  sendRaw(socket, toProblem(error));
}

/**
 * Answers what Node would answer without a body, or not at all: CONNECT, and an `Expect` that is not 100-continue.
 *
 * @param allow methods that some route has
 */
export function addRawReplies(server: Server, allow: readonly string[]): void {
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    const detail = 'This server is no proxy: CONNECT is not possible.';
    sendRaw(socket, new ApiError('method_not_allowed', detail, { headers: { Allow: allow.join(', ') } }));
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const detail = 'The only expectation that this server can meet is 100-continue.';
    const body = JSON.stringify(new ApiError('expectation_failed', detail).toProblem('none'));
    // The body of the request is not read, so the connection cannot be used again.
    response.writeHead(417, {
      'content-type': PROBLEM_TYPE,
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    });
    response.end(body);
  });
}
