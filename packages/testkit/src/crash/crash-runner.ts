import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeCrypto, openEmbedded, openReadOnly, type Receipt } from '@attestry/ledger';
import { auditLog } from '../audit/audit-log.ts';
import { verifyFolder } from '../audit/verify-folder.ts';
import { createSeededRandom } from '../seeded/seeded-random.ts';

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
const TENANTS = ['acme', 'globex', 'initech'];
/** A folder is used for this many crashes, so that recoveries pile up, then a fresh one. */
const CRASHES_PER_FOLDER = 10;
/** The child is killed after a random number of answers up to this, then within the next few milliseconds. */
const ANSWERS_MAX = 40;
/** On a machine that is busy with other things it is killed after this, however few answers came. */
const LOAD_MS_MAX = 3_000;
/** Spreads the moment of the kill over what follows an answer: linking, writing, committing, signing. */
const AFTER_ANSWER_MS_MAX = 15;
const START_MS_MAX = 60_000;

export interface CrashOptions {
  readonly runs: number;
  readonly seed: number;
  readonly onRun?: (run: number, receipts: number) => void;
}

export interface CrashReport {
  readonly runs: number;
  /** Receipts that were read before the kill and found again after it. */
  readonly receipts: number;
  /** Records in the logs that nobody has a receipt for: committed, killed before the answer. */
  readonly unacknowledged: number;
}

/**
 * Kills a writing process with `kill -9` again and again, and after each time opens the folder and audits every log:
 * whatever was acknowledged is there exactly once, and the logs are whole.
 *
 * @throws {Error} naming run, seed and what was wrong
 */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const random = createSeededRandom(options.seed);
  let receipts = 0;
  let unacknowledged = 0;
  for (let done = 0; done < options.runs; done += CRASHES_PER_FOLDER) {
    const dataDir = mkdtempSync(join(tmpdir(), 'attestry-crash-'));
    const acknowledged = new Map<string, Receipt[]>(TENANTS.map((tenant) => [tenant, []]));
    try {
      for (let run = done; run < Math.min(done + CRASHES_PER_FOLDER, options.runs); run += 1) {
        const moment = { answers: random.below(ANSWERS_MAX), thenMs: random.below(AFTER_ANSWER_MS_MAX) };
        await crashOnce(dataDir, options.seed * 100_000 + run, moment, acknowledged);
        unacknowledged = await audit(dataDir, acknowledged).catch((error: unknown) => {
          throw new Error(`crash run ${run}, seed ${options.seed}`, { cause: error });
        });
        options.onRun?.(run + 1, count(acknowledged));
      }
      await reopen(dataDir);
      await audit(dataDir, acknowledged);
      await verifyFolder(dataDir, TENANTS);
      receipts += count(acknowledged);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
  return { runs: options.runs, receipts, unacknowledged };
}

async function crashOnce(
  dataDir: string,
  seed: number,
  moment: { readonly answers: number; readonly thenMs: number },
  acknowledged: ReadonlyMap<string, Receipt[]>,
): Promise<void> {
  const child = spawn(process.execPath, [CHILD, dataDir, String(seed), TENANTS.join(',')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Starting is most of a run; the compiled modules of the run before make it half as long.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'attestry-compile-cache') },
  });
  let trouble = '';
  child.stderr.on('data', (chunk: Buffer) => {
    trouble += chunk.toString();
  });
  const ready = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  let answers = 0;
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (line === 'ready') ready.resolve();
    else {
      take(line, acknowledged);
      answers += 1;
    }
    if (answers >= moment.answers) answered.resolve();
  });
  const drained = new Promise<void>((resolve) => lines.once('close', resolve));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ended = exited.then(() =>
    Promise.reject(new Error(`the writing process ended by itself: ${trouble}`)),
  );
  try {
    await Promise.race([ready.promise, ended, tooLate(child)]);
    await Promise.race([answered.promise, sleep(LOAD_MS_MAX, undefined, { ref: false }), ended]);
    await sleep(moment.thenMs);
  } finally {
    child.kill('SIGKILL');
    ended.catch(() => undefined);
    await exited;
    await drained;
  }
}

function take(line: string, acknowledged: ReadonlyMap<string, Receipt[]>): void {
  // Cut off in the middle by the kill: it was never read as a whole, so it does not count.
  if (!line.endsWith(']}')) return;
  const { tenant, receipts } = JSON.parse(line) as { tenant: string; receipts: Receipt[] };
  acknowledged.get(tenant)?.push(...receipts);
}

async function tooLate(child: ChildProcess): Promise<never> {
  await sleep(START_MS_MAX, undefined, { ref: false });
  throw new Error(`the writing process (pid ${child.pid}) was not ready after ${START_MS_MAX} ms`);
}

/**
 * Audits all of a folder, beside nobody. The recovery itself, with the start checks, is what the next writing process
 * does when it opens the folder, and `reopen` at the end.
 */
async function audit(
  dataDir: string,
  acknowledged: ReadonlyMap<string, readonly Receipt[]>,
): Promise<number> {
  const ledger = await openReadOnly(dataDir);
  let unacknowledged = 0;
  try {
    for (const [tenant, receipts] of acknowledged) {
      if ((await ledger.head(tenant)) === undefined && receipts.length === 0) continue;
      const vkeys = (origin: string): readonly string[] => ledger.vkeys(origin);
      const report = await auditLog(ledger, tenant, { crypto: nodeCrypto, vkeys, receipts });
      unacknowledged += report.seqById.size - receipts.length;
    }
  } finally {
    await ledger.close();
  }
  return unacknowledged;
}

/** Opens a folder for writing and closes it in order: everything must be signed afterwards. */
async function reopen(dataDir: string): Promise<void> {
  const embedded = await openEmbedded({ dataDir, search: false });
  await embedded.close();
}

function count(acknowledged: ReadonlyMap<string, readonly Receipt[]>): number {
  return [...acknowledged.values()].reduce((sum, receipts) => sum + receipts.length, 0);
}
