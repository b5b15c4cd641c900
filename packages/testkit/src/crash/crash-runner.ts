import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbedded, type Receipt } from '@attestry/ledger';
import { verifyFolder } from '../audit/verify-folder.ts';
import { createSeededRandom } from '../seeded/seeded-random.ts';
import { auditReceipts } from './audit-receipts.ts';
import { type Acknowledged, WritingProcess } from './writing-process.ts';

const TENANTS = ['acme', 'globex', 'initech'];
/** A folder is used for this many crashes, so that recoveries pile up, then a fresh one. */
const CRASHES_PER_FOLDER = 10;
/** The child is killed after a random number of answers up to this, then within the next few milliseconds. */
const ANSWERS_MAX = 20;
/** Spreads the moment of the kill over what follows an answer: linking, writing, committing, signing. */
const AFTER_ANSWER_MS_MAX = 15;

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
        unacknowledged = await auditReceipts({ dataDir }, acknowledged).catch((error: unknown) => {
          throw new Error(`crash run ${run}, seed ${options.seed}`, { cause: error });
        });
        options.onRun?.(run + 1, count(acknowledged));
      }
      await reopen(dataDir);
      await auditReceipts({ dataDir }, acknowledged);
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
  acknowledged: Acknowledged,
): Promise<void> {
  const writing = await WritingProcess.start({ dataDir, seed, acknowledged });
  try {
    await writing.answered(moment.answers);
    await sleep(moment.thenMs);
  } finally {
    await writing.kill();
  }
}

/** Opens a folder for writing and closes it in order: everything must be signed afterwards. */
async function reopen(dataDir: string): Promise<void> {
  const embedded = await openEmbedded({ dataDir, search: false });
  await embedded.close();
}

function count(acknowledged: Acknowledged): number {
  return [...acknowledged.values()].reduce((sum, receipts) => sum + receipts.length, 0);
}
