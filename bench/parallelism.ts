import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const SPIN_MS = 500;

/** How much more the processors of this machine do together than one of them alone. */
export interface Parallelism {
  readonly cpus: number;
  /** 1 means that a second busy thread only takes from the first, whatever number of processors is shown. */
  readonly speedup: number;
}

/**
 * Counts hashes in one thread, then in as many as there are processors. Attestry works in several threads and its
 * baselines in one, so a ratio means little without this number.
 */
export async function measureParallelism(): Promise<Parallelism> {
  const cpus = availableParallelism();
  const alone = await spin();
  const together = await Promise.all(Array.from({ length: cpus }, spin));
  return { cpus, speedup: together.reduce((sum, count) => sum + count, 0) / alone };
}

function spin(): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function countHashes(): number {
  const data = Buffer.alloc(1_024);
  const end = performance.now() + SPIN_MS;
  let count = 0;
  while (performance.now() < end) {
    createHash('sha256').update(data).digest();
    count += 1;
  }
  return count;
}

if (!isMainThread) parentPort?.postMessage(countHashes());
