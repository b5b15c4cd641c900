import { createServer, type Server } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** An event as it was sent. */
export interface SunkEvent {
  readonly id: string;
  readonly type: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A server for tests of what a client sends, and when: it keeps everything and remembers the order. */
export interface EventSink {
  readonly url: string;
  /** All that came, also what came twice. */
  readonly events: readonly SunkEvent[];
  close(): Promise<void>;
}

/** Starts a sink on the loopback interface; 0 is a free port. */
export async function startEventSink(port = 0): Promise<EventSink> {
  const events: SunkEvent[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      const batch = (JSON.parse(text.toString()) as { events: SunkEvent[] }).events;
      events.push(...batch);
      const receipts = batch.map(({ id }) => ({ id, seq: 0, hash: '', recorded_at: '', duplicate: false }));
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ receipts }));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    events,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
