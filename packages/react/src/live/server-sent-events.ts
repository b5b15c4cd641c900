/** One message of a stream. */
export interface ServerSentEvent {
  /** `message` unless the stream names another kind. */
  readonly type: string;
  /** The last id that was sent up to here. */
  readonly id: string;
  readonly data: string;
}

/** Characters of one line at most: a server that sends more is none of ours. */
const LINE_CHARS_MAX = 4_000_000;

/**
 * Reads a stream of Server-Sent Events. `EventSource` would do it too, but cannot send a token.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  const message = { type: '', id: '', data: [] as string[] };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      if (rest.length > LINE_CHARS_MAX) throw new Error('A line of the stream is too long.');
      for (const line of lines) {
        if (line === '') {
          if (message.data.length > 0)
            yield { type: message.type || 'message', id: message.id, data: message.data.join('\n') };
          message.type = '';
          message.data = [];
        } else readField(line, message);
      }
    }
  } finally {
    // Also when nobody reads on: the connection ends with the reading.
    await reader.cancel().catch(() => undefined);
  }
}

function readField(line: string, message: { type: string; id: string; data: string[] }): void {
  const colon = line.indexOf(':');
  const name = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (name === 'data') message.data.push(value);
  else if (name === 'event') message.type = value;
  else if (name === 'id') message.id = value;
}
