import { parentPort, workerData } from 'node:worker_threads';
import { runVerify } from '@attestry/ledger';
import type { VerifyMessage, VerifyOrder } from './verify-order.ts';

/** Entry point of a verification thread: reads the log again on its own read-only connection. */

/** Progress is told at most this often. */
const PROGRESS_INTERVAL_MS = 250;

const { source, clockSkewMs, tenant, range, wholeFolder } = workerData as VerifyOrder;
const port = parentPort;
if (port === null) throw new Error('verify-worker.ts runs as a worker thread only');

const send = (message: VerifyMessage): void => port.postMessage(message);
let toldMs = 0;

function onProgress(records: number, total?: number): void {
  const nowMs = performance.now();
  if (nowMs - toldMs < PROGRESS_INTERVAL_MS) return;
  toldMs = nowMs;
  send({ kind: 'progress', progress: { records, ...(total === undefined ? {} : { total }) } });
}

try {
  const { from, to, depth } = range;
  const report = await runVerify({
    ...source,
    tenant,
    wholeFolder,
    now: () => Date.now() - clockSkewMs,
    // The other processors serve requests.
    threads: 0,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    // The API says `full` for what core calls `all`.
    ...(depth === undefined ? {} : { depth: depth === 'full' ? 'all' : depth }),
    onProgress,
  });
  send({ kind: 'report', report });
} catch (error) {
  send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
} finally {
  port.close();
}
