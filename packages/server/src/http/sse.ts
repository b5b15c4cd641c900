import { Readable } from 'node:stream';
import type { LiveFrame } from '../live/live-streams.ts';
import type { StartStream } from '../operations/open-stream.ts';

/** How long a browser waits before it comes back. */
const RETRY_MS = 2_000;

/**
 * Headers of a stream: kept by nobody, and gathered by no proxy. Its connection ends with it, so that a server that stops
 * need not wait for the connection to be idle for long.
 */
export const SSE_HEADERS = {
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  connection: 'close',
} as const;

/** A stream as Server-Sent Events, where every id is the number of a record up to which all was sent. */
export function sseStream(start: StartStream): Readable {
  const gone = new AbortController();
  const stream = Readable.from(encode(start(gone.signal)), { objectMode: true, highWaterMark: 1 });
  stream.once('close', () => gone.abort());
  return stream;
}

async function* encode(frames: AsyncGenerator<LiveFrame, void, void>): AsyncGenerator<string, void, void> {
  yield `retry: ${RETRY_MS}\n\n`;
  for await (const frame of frames) yield encodeFrame(frame);
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function encodeFrame(frame: LiveFrame): string {
  switch (frame.kind) {
    case 'events':
      // JSON has no line breaks outside of its strings, and escapes those inside.
      return frame.events.map(({ seq, json }) => `id: ${seq}\ndata: ${json}\n\n`).join('');
    case 'heartbeat':
      return `id: ${frame.seq}\nevent: heartbeat\ndata: ${JSON.stringify({ seq: frame.seq, behind: frame.behind })}\n\n`;
    case 'resume':
      return `id: ${frame.seq}\nevent: resume\ndata: ${JSON.stringify({ seq: frame.seq, reason: frame.reason })}\n\n`;
  }
}
