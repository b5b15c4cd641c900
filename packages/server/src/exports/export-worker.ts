import { parentPort, workerData } from 'node:worker_threads';
import { type LedgerPlace, openReadOnly, type PageRequest, type ReadOnlyLedger } from '@attestry/ledger';
import { EXPORT_CHUNK_BYTES, EXPORT_PAGE_EVENTS } from '../limits.ts';
import { selectFields } from '../operations/select-fields.ts';
import { csvHeader, csvRows } from './event-csv.ts';
import type { ExportMessage, ExportOrder } from './export-order.ts';

/** Entry point of an export thread: pages through the query on its own read-only connection. */

const { order, source } = workerData as { readonly order: ExportOrder; readonly source: LedgerPlace };
const port = parentPort;
if (port === null) throw new Error('export-worker.ts runs as a worker thread only');

const send = (message: ExportMessage): void => port.postMessage(message);

/** Chunks the server has asked for and not got; a chunk is only made when one is wanted. */
let credit = 0;
let wake: (() => void) | undefined;
port.on('message', () => {
  credit += 1;
  wake?.();
});

async function sendChunks(text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += EXPORT_CHUNK_BYTES) {
    while (credit === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    credit -= 1;
    // A copy of its own: a message carries the whole memory that a view lies in.
    send({ kind: 'chunk', bytes: new Uint8Array(bytes.subarray(at, at + EXPORT_CHUNK_BYTES)) });
  }
}

async function* pages(ledger: ReadOnlyLedger): AsyncGenerator<string> {
  const { query, tenant, personal, format, fields } = order;
  if (format === 'csv') yield csvHeader(fields);
  if (query === undefined) return;
  let position: PageRequest['position'];
  for (;;) {
    const request: PageRequest = {
      order: order.order,
      limit: EXPORT_PAGE_EVENTS,
      ...(position === undefined ? {} : { position }),
    };
    const { rows, more } = await ledger.query.page(query, request);
    const last = rows.at(-1);
    if (last === undefined) return;
    const events = await ledger.readEvents(tenant, rows, { personal });
    yield format === 'csv'
      ? csvRows(events, fields)
      : events.map((event) => `${JSON.stringify(selectFields(event, fields))}\n`).join('');
    if (!more) return;
    position = { timeMs: query.time === 'recorded' ? last.atMs : last.occurredAtMs, seq: last.seq };
  }
}

async function run(): Promise<void> {
  try {
    const opened = await openReadOnly(source.dataDir, source);
    try {
      send({ kind: 'started' });
      for await (const page of pages(opened)) await sendChunks(page);
      send({ kind: 'end' });
    } finally {
      await opened.close();
    }
  } catch (error) {
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  } finally {
    port?.close();
  }
}

await run();
