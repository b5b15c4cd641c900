import { parentPort, workerData } from 'node:worker_threads';
import { FilterError, openReadOnly, type PageRequest } from '@attestry/ledger';
import { ApiError } from '../errors/api-error.ts';
import { EXPORT_PAGE_EVENTS } from '../limits.ts';
import { compileFor } from '../operations/event-filters.ts';
import { selectFields } from '../operations/select-fields.ts';
import { csvHeader, csvRows } from './event-csv.ts';
import type { ExportMessage, ExportOrder } from './export-order.ts';
import type { ExportSource } from './exporter.ts';

/** Entry point of an export thread: pages through the query on its own read-only connection. */

const { order, source } = workerData as { readonly order: ExportOrder; readonly source: ExportSource };
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

async function sendChunk(text: string): Promise<void> {
  while (credit === 0) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  credit -= 1;
  send({ kind: 'chunk', bytes: Buffer.from(text) });
}

async function* pages(): AsyncGenerator<string> {
  const ledger = await openReadOnly(source.dataDir, source);
  try {
    const query =
      order.view === undefined
        ? undefined
        : await compileFor(ledger, order.tenant, order.filters, order.view);
    send({ kind: 'started' });
    if (order.format === 'csv') yield csvHeader(order.fields);
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
      const events = await ledger.readEvents(order.tenant, rows, { personal: order.personal });
      yield order.format === 'csv'
        ? csvRows(events, order.fields)
        : events.map((event) => `${JSON.stringify(selectFields(event, order.fields))}\n`).join('');
      if (!more) return;
      position = { timeMs: query.time === 'recorded' ? last.atMs : last.occurredAtMs, seq: last.seq };
    }
  } finally {
    await ledger.close();
  }
}

async function run(): Promise<void> {
  try {
    for await (const page of pages()) await sendChunk(page);
    send({ kind: 'end' });
  } catch (error) {
    if (error instanceof ApiError && error.options.path !== undefined) {
      send({ kind: 'refused', parameter: error.options.path, detail: error.message });
    } else if (error instanceof FilterError) {
      send({ kind: 'refused', parameter: error.parameter, detail: error.detail });
    } else send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  } finally {
    port?.close();
  }
}

await run();
