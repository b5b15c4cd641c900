import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';
import { STREAM_SILENCE_MS_MAX } from '../limits.ts';
import type { ApiClient, QueryParameters } from './api-client.ts';

/** What the server sends on `GET /v1/stream`. */
export interface StreamMessage {
  /** `message` is an event; `heartbeat`; `resume`: the last one before the server ends the stream. */
  readonly kind: 'message' | 'heartbeat' | 'resume';
  /** Record up to which all was sent. */
  readonly seq: number;
  readonly data: unknown;
}

/**
 * Opens a stream, and ends when the connection does: cut, or silent for longer than a server is.
 *
 * @param onRetry told before each pause, when the server cannot be reached or is busy
 * @throws {CliError} when the server refuses, or cannot be reached for about a minute
 */
export async function* openEventStream(
  client: ApiClient,
  query: QueryParameters,
  signal: AbortSignal,
  onRetry: (pauseMs: number, reason: string) => void,
): AsyncGenerator<StreamMessage, void, void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), STREAM_SILENCE_MS_MAX);
  const either = AbortSignal.any([signal, silence.signal]);
  try {
    const response = await client.send('/v1/stream', {
      query,
      signal: either,
      accept: 'text/event-stream',
      retry: 'patient',
      onRetry,
    });
    const { body } = response;
    if (body === null) return;
    const messages = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const message of messages) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), STREAM_SILENCE_MS_MAX);
      yield toMessage(message);
    }
  } catch (error) {
    // The connection was cut on the way; what the server refused is an error of its own.
    if (!isCut(error) && !either.aborted) throw error;
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

function toMessage({ id, event = 'message', data }: EventSourceMessage): StreamMessage {
  return { kind: event as StreamMessage['kind'], seq: Number(id), data: JSON.parse(data) };
}

/** `fetch` says "terminated" as a TypeError when a connection breaks while its body is read. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError;
}
