import { parentPort, workerData } from 'node:worker_threads';
import { FollowerRunner } from '../followers/follower-runner.ts';
import { TextsAtHand } from '../followers/texts-at-hand.ts';
import type { LedgerPlace } from '../ledger-place.ts';
import { openReadOnly } from '../read-only.ts';
import { SearchIndex } from '../stores/sqlite/search-index.ts';
import { eventTexts } from './event-texts.ts';
import type { SearchOrder, SearchReport } from './search-follower.ts';

// Entry of the search thread: reads the ledger, writes search.db, knows nothing of the server.

/** Records of one transaction: about 20 ms of work, so that a commit is searchable soon and an order is heard. */
const BATCH_RECORDS = 500;
const POLL_MS = 1_000;
/** How often it is looked whether somebody deleted search.db, and the lag is told. */
const WATCH_MS = 500;
const BACKOFF_MS = { first: 200, max: 30_000 };

const { place, ledgerPath, searchPath } = workerData as {
  readonly place: LedgerPlace;
  readonly ledgerPath: string;
  readonly searchPath: string;
};

function tell(report: SearchReport): void {
  parentPort?.postMessage(report);
}

const ledger = await openReadOnly(place.dataDir, place);

const textsOf = eventTexts(ledger);
const atHand = new TextsAtHand((bytes) => tell({ kind: 'released', bytes }));
let index = SearchIndex.open({ searchPath, ledgerPath, textsOf, atHand });
let runner = startRunner();

function startRunner(): FollowerRunner {
  const started = new FollowerRunner({
    ledger: ledger.stores.ledger,
    follower: index,
    batchRecords: BATCH_RECORDS,
    pollMs: POLL_MS,
    backoffMs: BACKOFF_MS,
    onError: (message) => tell({ kind: 'error', message }),
  });
  started.start();
  return started;
}

/** A deleted index is begun anew; the readers notice by themselves. */
async function reopen(): Promise<void> {
  await runner.stop();
  index.close();
  index = SearchIndex.open({ searchPath, ledgerPath, textsOf, atHand });
  runner = startRunner();
}

let watching = Promise.resolve();
const watch = setInterval(() => {
  tell({ kind: 'lag', lag: runner.lag() });
  if (!index.isCurrent()) watching = watching.then(() => (index.isCurrent() ? undefined : reopen()));
}, WATCH_MS);

parentPort?.on('message', (order: SearchOrder) => {
  if (order.kind === 'stop') {
    void stop();
    return;
  }
  for (const run of order.runs) atHand.add(run);
  runner.wake(order.heads);
});

async function stop(): Promise<void> {
  clearInterval(watch);
  await watching;
  await runner.stop();
  index.close();
  await ledger.close();
  parentPort?.close();
}

tell({ kind: 'ready' });
tell({ kind: 'texts', wanted: true });
