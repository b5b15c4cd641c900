import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbedded, type Receipt } from '@attestry/ledger';
import { verifyFolder } from '../audit/verify-folder.ts';
import { createSeededRandom, type SeededRandom } from '../seeded/seeded-random.ts';
import { auditReceipts } from './audit-receipts.ts';
import type { CrashReport } from './crash-runner.ts';
import { type Acknowledged, WritingProcess } from './writing-process.ts';

const TENANTS = ['acme', 'globex', 'initech'];
/** As in the crashes of one process. */
const ANSWERS_MAX = 40;
const AFTER_ANSWER_MS_MAX = 15;

export interface NodeCrashOptions {
  /** URL of an empty database. */
  readonly store: string;
  readonly nodes: number;
  /** Kills of each node. */
  readonly kills: number;
  readonly seed: number;
  readonly onKill?: (kills: number, receipts: number) => void;
}

/**
 * Several processes write to the same logs of one database, each is killed with `kill -9` again and again and started
 * anew, while the others go on. At the end all of it is audited and verified: whatever was acknowledged is there exactly
 * once, and the logs are whole.
 *
 * @throws {Error} naming the seed and what was wrong
 */
export async function runNodeCrashes(options: NodeCrashOptions): Promise<CrashReport> {
  const { store, nodes, kills, seed } = options;
  const parent = mkdtempSync(join(tmpdir(), 'attestry-nodes-'));
  const acknowledged = new Map<string, Receipt[]>(TENANTS.map((tenant) => [tenant, []]));
  const folders = Array.from({ length: nodes }, (_, node) => join(parent, `node-${node}`));
  const first = folders[0] as string;
  let done = 0;
  try {
    await prepare(store, folders);
    const random = createSeededRandom(seed);
    await Promise.all(
      folders.map((dataDir, node) =>
        killAgain({ dataDir, store, kills, random, seed: seed * 1_000 + node, acknowledged }, () => {
          done += 1;
          options.onKill?.(done, count(acknowledged));
        }),
      ),
    );
    await settle(store, first);
    const unacknowledged = await auditReceipts({ dataDir: first, store }, acknowledged);
    await verifyFolder(first, TENANTS, store);
    return { runs: done, receipts: count(acknowledged), unacknowledged };
  } catch (error) {
    throw new Error(`crashes of ${nodes} nodes, seed ${seed}, after ${done} kills`, { cause: error });
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

/** Makes the keys and the logs, and gives each node the keys. */
async function prepare(store: string, folders: readonly string[]): Promise<void> {
  const [first = '', ...others] = folders;
  const embedded = await openEmbedded({ dataDir: first, store, search: false });
  for (const tenant of TENANTS) await embedded.ledger.createLog(tenant);
  await embedded.close();
  for (const folder of others) {
    mkdirSync(folder, { mode: 0o700 });
    for (const key of ['master.key', 'signing.key']) cpSync(join(first, key), join(folder, key));
  }
}

interface Victim {
  readonly dataDir: string;
  readonly store: string;
  readonly kills: number;
  readonly random: SeededRandom;
  readonly seed: number;
  readonly acknowledged: Acknowledged;
}

async function killAgain(victim: Victim, onKill: () => void): Promise<void> {
  const { dataDir, store, kills, random, seed, acknowledged } = victim;
  for (let kill = 0; kill < kills; kill += 1) {
    const moment = { answers: random.below(ANSWERS_MAX), thenMs: random.below(AFTER_ANSWER_MS_MAX) };
    const writing = await WritingProcess.start({ dataDir, store, seed: seed * 1_000 + kill, acknowledged });
    try {
      await writing.answered(moment.answers);
      await sleep(moment.thenMs);
    } finally {
      await writing.kill();
    }
    onKill();
  }
}

/** Opens the ledger once more in order: everything must be signed afterwards. */
async function settle(store: string, dataDir: string): Promise<void> {
  const embedded = await openEmbedded({ dataDir, store, search: false });
  for (const tenant of TENANTS) await embedded.ledger.signNow(tenant);
  await embedded.close();
}

function count(acknowledged: Acknowledged): number {
  return [...acknowledged.values()].reduce((sum, receipts) => sum + receipts.length, 0);
}
