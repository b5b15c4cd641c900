import { availableParallelism } from 'node:os';
import {
  hexToBytes,
  isFinding,
  type LastSeen as SeenLog,
  VERIFY_CHUNK_RECORDS,
  type VerificationReport,
  type VerifyDepth,
  verifyLog,
} from '@attestry/core';
import { LastSeen } from '../checkpointer/last-seen.ts';
import { errorText } from '../errors.ts';
import { nodeCrypto } from '../keys/node-crypto.ts';
import { type LedgerPlace, placeOf } from '../ledger-place.ts';
import { openReadOnly, type ReadOnlyLedger } from '../read-only.ts';
import { blindIndexes, expectedColumns } from './expected-columns.ts';
import type { LogSource } from './log-source.ts';
import { VerifyHelpers } from './verify-helpers.ts';

/** Below this a thread takes longer to start than it saves. */
const HELPED_RECORDS_MIN = 20_000;
const HELPERS_MAX = 3;

export interface VerifyFolderOptions extends LedgerPlace {
  readonly tenant: string;
  /** First record to check; 0 when absent. */
  readonly from?: number;
  /** One past the last record to check; the end of the log when absent. */
  readonly to?: number;
  /** `all` when absent. */
  readonly depth?: VerifyDepth;
  /** A key of the log known from elsewhere; the one in the folder when absent. */
  readonly vkey?: string;
  /**
   * Threads that help. When absent as many as there are other processors, at most 3, and none for a range that is checked
   * in a second or two anyway.
   */
  readonly threads?: number;
  /**
   * Also looks for damage of the database file as a whole and for rows of logs that are gone; `true` when absent. Whoever
   * verifies the logs of a folder one after the other wants it once.
   */
  readonly wholeFolder?: boolean;
  /** The time beyond which nothing may be dated; this machine's clock when absent. */
  readonly now?: () => number;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Verifies one log of a data folder in the calling thread, read-only, whether or not a server runs on it.
 *
 * @returns the report; a folder that cannot be read at all gives one with an `UNREADABLE` finding, never a pass
 */
export async function runVerify(options: VerifyFolderOptions): Promise<VerificationReport> {
  let ledger: ReadOnlyLedger;
  try {
    ledger = await openReadOnly(options.dataDir, options);
  } catch (error) {
    return unreadableReport(options.tenant, errorText(error));
  }
  try {
    return await verifyFolder(ledger, options);
  } catch (error) {
    return unreadableReport(options.tenant, errorText(error));
  } finally {
    await ledger.close();
  }
}

/**
 * Whose logs a verification of a folder has to look at: those of the database, and those that were signed and are gone.
 *
 * @throws {LedgerError} the folder cannot be read
 */
export async function tenantsToVerify(
  dataDir: string,
  options: Omit<LedgerPlace, 'dataDir'> = {},
): Promise<readonly string[]> {
  const ledger = await openReadOnly(dataDir, options);
  try {
    const { lastSeen } = await LastSeen.load(ledger.paths.lastSeen);
    const stored = (await ledger.heads()).map(({ tenant }) => tenant);
    const seen = [...lastSeen.entries().values()].map(({ tenant }) => tenant);
    return [...new Set([...stored, ...seen])];
  } finally {
    await ledger.close();
  }
}

async function verifyFolder(
  ledger: ReadOnlyLedger,
  options: VerifyFolderOptions,
): Promise<VerificationReport> {
  const { tenant, from, to, depth, onProgress } = options;
  const { origin, lastSeen } = await memoryOf(ledger, tenant);
  const source = await ledger.openLogSource(tenant, { wholeFolder: options.wholeFolder ?? true });
  const blind = await blindIndexes(ledger, tenant);
  const helpers = await startHelpers(source, options);
  try {
    const vkey = options.vkey ?? ledger.vkeys(origin).at(0);
    const steps = verifyLog(source, {
      crypto: nodeCrypto,
      now: options.now ?? Date.now,
      origin,
      expectedColumns: expectedColumns(blind, (record, members) => source.onWholeEvent(record, members)),
      ...(helpers === undefined ? {} : { helpers }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(depth === undefined ? {} : { depth }),
      ...(vkey === undefined ? {} : { vkey }),
      ...(lastSeen === undefined ? {} : { lastSeen }),
    });
    for (;;) {
      const step = await steps.next();
      if (step.done === true) return step.value;
      if (!isFinding(step.value) && step.value.kind === 'progress')
        onProgress?.(step.value.done, step.value.total);
    }
  } finally {
    await helpers?.close();
    await source.close();
  }
}

async function startHelpers(
  source: LogSource,
  options: VerifyFolderOptions,
): Promise<VerifyHelpers | undefined> {
  const { tenant, from = 0, depth = 'all' } = options;
  const place = placeOf(options);
  const end = await endOf(source);
  const to = Math.min(options.to ?? end, end);
  const others = to - from < HELPED_RECORDS_MIN ? 0 : Math.min(availableParallelism() - 1, HELPERS_MAX);
  const threads = options.threads ?? others;
  if (threads < 1 || from >= to || depth === 'records') return undefined;
  const columns = depth === 'all' || depth === 'columns';
  const helpers = new VerifyHelpers(
    threads,
    { place, tenant, columns, begun: source.beginning },
    { from, to, chunkRecords: VERIFY_CHUNK_RECORDS },
  );
  source.helpedBy(helpers);
  return helpers;
}

/** One past the last record; 0 when that cannot be read, which the verifier will name. */
async function endOf(source: LogSource): Promise<number> {
  try {
    return ((await source.readState())?.lastSeq ?? -1) + 1;
  } catch {
    return 0;
  }
}

/**
 * Under which origin the log goes, and what was last signed of it: from the folder's memory outside the database, so
 * that a database cannot give itself another name.
 */
async function memoryOf(
  ledger: ReadOnlyLedger,
  tenant: string,
): Promise<{ readonly origin: string; readonly lastSeen: SeenLog | undefined }> {
  const { lastSeen } = await LastSeen.load(ledger.paths.lastSeen);
  const first = `${ledger.logName}/t/${tenant}`;
  const entries = [...lastSeen.entries()].filter(([, seen]) => seen.tenant === tenant);
  const newest = entries.sort(([left], [right]) => generationOf(left) - generationOf(right)).at(-1);
  if (newest === undefined) return { origin: first, lastSeen: undefined };
  const [origin, { size, rootHex }] = newest;
  return { origin, lastSeen: { size, root: hexToBytes(rootHex) } };
}

function generationOf(origin: string): number {
  return Number(/\/g([0-9]+)$/.exec(origin)?.[1] ?? 1);
}

/** The report on something that could not be read at all: a finding, never a pass (trap 1). */
export function unreadableReport(origin: string, detail: string): VerificationReport {
  return {
    ok: false,
    origin,
    size: 0,
    root: null,
    checked: { records: 0, columns: 0, ids: 0, tiles: 0, checkpoints: 0, seals: 0, from: 0, to: 0 },
    seals: { verified: 0, sealed: 0, erased: 0 },
    head: { checkpoint_size: 0, signed_at: null, last_outside_anchor: null, unanchored_records: 0 },
    findings: [{ code: 'UNREADABLE', detail }],
    findings_total: 1,
    duration_ms: 0,
  };
}
