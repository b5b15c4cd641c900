import { setTimeout as sleep } from 'node:timers/promises';
import {
  bytesToHex,
  CompactRange,
  type CryptoProvider,
  equalBytes,
  formatCheckpoint,
  parseCheckpoint,
  parseNote,
  signNote,
} from '@attestry/core';
import { FatalError } from '../errors.ts';
import type { SigningKeys } from '../keys/signing-key.ts';
import {
  CHECKPOINT_INTERVAL_MS,
  CHECKPOINTS_CONCURRENT,
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_SWEEP_MS,
} from '../limits.ts';
import type { CheckpointStore, StoredCheckpoint } from '../ports/checkpoint-store.ts';
import type { LedgerStore, LogHead } from '../ports/ledger-store.ts';
import type { LastSeen } from './last-seen.ts';

export interface CheckpointerParts {
  readonly store: Pick<LedgerStore, 'readHead' | 'listHeads'>;
  readonly checkpoints: CheckpointStore;
  readonly crypto: CryptoProvider;
  readonly lastSeen: LastSeen;
  /** The keys to sign with, at the moment of signing. */
  readonly signingKeys: () => SigningKeys;
  readonly clock: () => number;
  readonly onTrouble: (message: string, error: unknown) => void;
  readonly intervalMs?: number;
}

/** What is known in memory of a log's newest checkpoint. */
interface Signed {
  readonly size: number;
  readonly signedAtMs: number;
}

/**
 * Signs the logs. Only what the store has committed is signed; a checkpoint is stored before anybody sees it; and the
 * store keeps one checkpoint per size, so that a log never signs two roots for one size, whatever crashed in between.
 *
 * A log is signed at once when it grows after a quiet time, then at most every interval; an idle one costs nothing
 * but a look once an hour for its daily heartbeat.
 */
export class Checkpointer {
  readonly #parts: CheckpointerParts;
  readonly #intervalMs: number;
  /** Committed heads that are not signed yet, with the time of the first commit since the last checkpoint. */
  readonly #unsigned = new Map<string, { head: LogHead; sinceMs: number }>();
  readonly #signed = new Map<string, Signed>();
  /** One signature of a log at a time. */
  readonly #signing = new Map<string, Promise<StoredCheckpoint>>();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #lastSignedAtMs = 0;

  constructor(parts: CheckpointerParts) {
    this.#parts = parts;
    this.#intervalMs = parts.intervalMs ?? CHECKPOINT_INTERVAL_MS;
  }

  /** Starts looking for heartbeats that are due. */
  start(): void {
    this.#sweeper = setInterval(() => void this.#sweep(), HEARTBEAT_SWEEP_MS);
    this.#sweeper.unref();
  }

  /** Says that a log has a new committed head. */
  committed(head: LogHead): void {
    const waiting = this.#unsigned.get(head.tenant);
    // Commits whose answers were lost are told late; the newest head counts.
    if (waiting !== undefined && waiting.head.size >= head.size) return;
    if ((this.#signed.get(head.tenant)?.size ?? 0) > head.size) return;
    this.#unsigned.set(head.tenant, { head, sinceMs: waiting?.sinceMs ?? this.#parts.clock() });
    this.#arm();
  }

  /** Remembers what the newest checkpoint of a log is, as found in the store. */
  remember(tenant: string, checkpoint: StoredCheckpoint): void {
    this.#signed.set(tenant, { size: checkpoint.size, signedAtMs: checkpoint.signedAtMs });
  }

  /** Logs that grew since they were signed, and for how long the first of them waits. */
  lag(): { readonly unsignedLogs: number; readonly oldestMs: number; readonly lastSignedAtMs: number } {
    const now = this.#parts.clock();
    let oldestMs = 0;
    for (const { sinceMs } of this.#unsigned.values()) oldestMs = Math.max(oldestMs, now - sinceMs);
    return { unsignedLogs: this.#unsigned.size, oldestMs, lastSignedAtMs: this.#lastSignedAtMs };
  }

  /**
   * Signs a log as it is committed now.
   *
   * @throws {FatalError} `equivocation` when a checkpoint of this size with another root was signed before
   */
  async sign(tenant: string): Promise<StoredCheckpoint> {
    // One after the other: the later call sees a head at least as new as the one being signed.
    for (
      let running = this.#signing.get(tenant);
      running !== undefined;
      running = this.#signing.get(tenant)
    ) {
      await running.catch(() => undefined);
    }
    const signing = this.#signOne(tenant).finally(() => this.#signing.delete(tenant));
    this.#signing.set(tenant, signing);
    return signing;
  }

  /** Signs everything that is committed and not signed, and writes down what was signed. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    clearTimeout(this.#timer);
    this.#stopped.abort();
    await this.#round;
    await this.#signDue(Number.POSITIVE_INFINITY);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#round !== undefined || this.#stopped.signal.aborted) return;
    const now = this.#parts.clock();
    let dueMs = this.#intervalMs;
    for (const tenant of this.#unsigned.keys()) {
      dueMs = Math.min(dueMs, this.#dueAt(tenant) - now);
      if (dueMs <= 0) break;
    }
    // The clock may have jumped: never wait for longer than one interval.
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#round = this.#signDue(this.#parts.clock()).finally(() => {
          this.#round = undefined;
          if (this.#unsigned.size > 0) this.#arm();
        });
      },
      Math.max(0, Math.min(dueMs, this.#intervalMs)),
    );
  }

  #dueAt(tenant: string): number {
    return (this.#signed.get(tenant)?.signedAtMs ?? 0) + this.#intervalMs;
  }

  async #signDue(nowMs: number): Promise<void> {
    const due = [...this.#unsigned.keys()].filter(
      (tenant) => this.#dueAt(tenant) <= nowMs || this.#dueAt(tenant) > nowMs + this.#intervalMs,
    );
    await this.#signAll(due);
    try {
      await this.#parts.lastSeen.flush();
    } catch (error) {
      this.#parts.onTrouble(
        'last-seen.json could not be written; it is tried again with the next checkpoint',
        error,
      );
    }
  }

  async #signAll(tenants: readonly string[]): Promise<void> {
    const queue = tenants.values();
    const worker = async (): Promise<void> => {
      for (const tenant of queue) {
        try {
          await this.sign(tenant);
        } catch (error) {
          this.#parts.onTrouble(`the log of tenant ${tenant} could not be signed`, error);
          // What contradicts itself is not tried again; anything else with the next round.
          if (error instanceof FatalError) this.#unsigned.delete(tenant);
          else
            await sleep(this.#intervalMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(CHECKPOINTS_CONCURRENT, tenants.length) }, worker));
  }

  async #signOne(tenant: string): Promise<StoredCheckpoint> {
    const head = this.#unsigned.get(tenant)?.head ?? (await this.#parts.store.readHead(tenant));
    if (head === undefined || head.size === 0) {
      throw new FatalError('log_unknown', `tenant ${tenant} has no log to sign`);
    }
    const { crypto, checkpoints, lastSeen, clock } = this.#parts;
    const { origin, size } = head;
    const root = CompactRange.from(crypto, size, head.frontier).root();
    const key = this.#parts.signingKeys().current;
    const note = signNote(formatCheckpoint({ origin, size, root }), [key.signer(origin)]);
    // Where the clock went back: never before the records it signs, nor before the checkpoint before it.
    const signedAtMs = Math.max(clock(), head.lastAtMs, this.#signed.get(tenant)?.signedAtMs ?? 0);
    const offered: StoredCheckpoint = { size, note, signedAtMs };
    const outcome = await checkpoints.put(tenant, offered);
    // From here on it is published: readers get it from the store.
    const stored = outcome.kind === 'stored' ? offered : outcome.stored;
    if (outcome.kind === 'exists') assertSameTree(stored, root, origin);
    lastSeen.record(origin, { tenant, size, rootHex: bytesToHex(root) });
    this.#signed.set(tenant, { size, signedAtMs: offered.signedAtMs });
    this.#lastSignedAtMs = offered.signedAtMs;
    const waiting = this.#unsigned.get(tenant);
    if (waiting !== undefined && waiting.head.size <= size) this.#unsigned.delete(tenant);
    else if (waiting !== undefined) this.#unsigned.set(tenant, { ...waiting, sinceMs: offered.signedAtMs });
    return stored;
  }

  /** Signs every log whose newest checkpoint is almost a day old. */
  async #sweep(): Promise<void> {
    try {
      const now = this.#parts.clock();
      for (const { tenant } of await this.#parts.store.listHeads()) {
        if (this.#stopped.signal.aborted) return;
        const signedAtMs = this.#signed.get(tenant)?.signedAtMs ?? 0;
        if (now - signedAtMs >= HEARTBEAT_INTERVAL_MS) await this.#signAll([tenant]);
      }
      await this.#parts.lastSeen.flush();
    } catch (error) {
      this.#parts.onTrouble('the daily heartbeat failed; it is tried again within the hour', error);
    }
  }
}

function assertSameTree(stored: StoredCheckpoint, root: Uint8Array, origin: string): void {
  const known = parseCheckpoint(parseNote(stored.note).text);
  if (known.origin !== origin || !equalBytes(known.root, root)) {
    throw new FatalError(
      'equivocation',
      `a checkpoint of ${known.origin} with ${stored.size} records and another root was signed before: ` +
        'nothing more is signed; run attestry verify --data on the folder',
    );
  }
}
