import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { OCCURRED_AHEAD_MS_MAX } from '@attestry/core';
import {
  type EventPage,
  type EventQuery,
  type LedgerPlace,
  OperationalError,
  openReadOnly,
  type PageRequest,
  type ReadOnlyLedger,
} from '@attestry/ledger';
import {
  EXPORT_CHUNK_BYTES,
  EXPORT_PAGE_EVENTS,
  EXPORT_SEARCH_POLL_MS,
  EXPORT_SEARCH_WAIT_MS,
  EXPORT_STORE_POLL_MS,
  EXPORT_STORE_WAIT_MS,
} from '../limits.ts';
import { selectFields } from '../operations/select-fields.ts';
import { csvHeader, csvRows } from './event-csv.ts';
import type { ExportMessage, ExportOrder } from './export-order.ts';

/** Entry point of an export thread: pages through the query on its own read-only connection. */

const { order, source } = workerData as { readonly order: ExportOrder; readonly source: LedgerPlace };
const port = parentPort;
if (port === null) throw new Error('export-worker.ts runs as a worker thread only');

/** What a restart, a failover or a cut connection looks like. */
const AWAY: ReadonlySet<string> = new Set(['store_unreachable', 'store_restarting', 'store_busy']);

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

/** One export: what it is asked for, and where the log ended when it began. */
interface Begun {
  readonly ledger: ReadOnlyLedger;
  readonly query: EventQuery;
  /** Records from here on are not exported, whatever is recorded while it runs. */
  readonly end: number;
}

/** The query as far as the log goes now: later events may occur before others, but not be recorded before them. */
async function begin(ledger: ReadOnlyLedger): Promise<Begun | undefined> {
  const { query, tenant } = order;
  const head = query === undefined ? undefined : await ledger.head(tenant);
  if (query === undefined || head === undefined) return undefined;
  const lastMs = head.lastAtMs + (query.time === 'occurred' ? OCCURRED_AHEAD_MS_MAX : 0);
  const toMs = Math.min(query.toMs ?? Number.POSITIVE_INFINITY, lastMs + 1);
  return { ledger, query: { ...query, toMs }, end: head.size };
}

/** A page; of a query by words only when the index has all events that the export is to have. */
async function readPage(
  { ledger, query, end }: Begun,
  position: PageRequest['position'],
): Promise<EventPage> {
  const request: PageRequest = {
    order: order.order,
    limit: EXPORT_PAGE_EVENTS,
    ...(position === undefined ? {} : { position }),
  };
  const giveUpAt = performance.now() + EXPORT_SEARCH_WAIT_MS;
  for (;;) {
    const page = await ledger.query.page(query, request);
    if ((page.searchedTo ?? end) >= end) return page;
    if (performance.now() > giveUpAt) {
      const behind = `the full-text index has ${page.searchedTo} of ${end} records`;
      throw new OperationalError('search_behind', `${behind}: what matches by its words would be missing`);
    }
    await sleep(EXPORT_SEARCH_POLL_MS);
  }
}

/** Pages are the same whenever they are read, so a transfer that has begun waits for a store that is away for a moment. */
async function outlasting<T>(read: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + EXPORT_STORE_WAIT_MS;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof OperationalError) || !AWAY.has(error.code) || performance.now() > giveUpAt)
        throw error;
    }
    await sleep(EXPORT_STORE_POLL_MS);
  }
}

async function* pages(begun: Begun | undefined): AsyncGenerator<string> {
  const { tenant, personal, format, fields } = order;
  let page = begun === undefined ? undefined : await readPage(begun, undefined);
  // Everything that can be refused has been: from here on a failure breaks the transfer.
  send({ kind: 'started' });
  if (format === 'csv') yield csvHeader(fields);
  if (begun === undefined) return;
  const { ledger, query, end } = begun;
  for (;;) {
    const { rows, more } = page as EventPage;
    const last = rows.at(-1);
    if (last === undefined) return;
    const wanted = rows.filter(({ seq }) => seq < end);
    const events = await outlasting(() => ledger.readEvents(tenant, wanted, { personal }));
    yield format === 'csv'
      ? csvRows(events, fields)
      : events.map((event) => `${JSON.stringify(selectFields(event, fields))}\n`).join('');
    if (!more) return;
    const timeMs = query.time === 'recorded' ? last.atMs : last.occurredAtMs;
    page = await outlasting(() => readPage(begun, { timeMs, seq: last.seq }));
  }
}

async function run(): Promise<void> {
  try {
    const opened = await openReadOnly(source.dataDir, source);
    try {
      for await (const page of pages(await begin(opened))) await sendChunks(page);
      send({ kind: 'end' });
    } finally {
      await opened.close();
    }
  } catch (error) {
    const code = error instanceof OperationalError ? { code: error.code } : {};
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error), ...code });
  } finally {
    port?.close();
  }
}

await run();
