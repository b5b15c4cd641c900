import { setTimeout as sleep } from 'node:timers/promises';
import {
  bytesToHex,
  CompactRange,
  type CryptoProvider,
  equalBytes,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  signNote,
} from '@attestry/core';
import { FatalError, LedgerError, OperationalError } from '../errors.ts';
import { type SigningKeys, vkeysOf } from '../keys/signing-key.ts';
import {
  CHECKPOINT_INTERVAL_MS,
  CHECKPOINTS_CONCURRENT,
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_SWEEP_MS,
  LAST_SIGNATURE_MS_MAX,
  SIGNATURE_POLL_MS,
  SIGNATURE_WAIT_MS_MAX,
} from '../limits.ts';
import type { CheckpointStore, StoredCheckpoint } from '../ports/checkpoint-store.ts';
import type { Fence } from '../ports/lease-store.ts';
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
  /** Where several nodes write to the same logs: who of them signs. */
  readonly duty?: SigningDuty;
}

/** The right to sign, which one node has at a time. */
export interface SigningDuty {
  /** `undefined` while another node has it. */
  readonly fence: Fence | undefined;
  /** Says that the database has refused it. */
  lost(fence: Fence): void;
  /** Tries for it now. @returns whether the database could be asked */
  claim(): Promise<boolean>;
}

/** What is known in memory of a log's newest checkpoint. */
interface Signed {
  readonly size: number;
  readonly signedAtMs: number;
  /** Under which duty that was known: a new one looks again. */
  readonly token: number | undefined;
}

/**
 * Signs the logs. Only what the store has committed is signed; a checkpoint is stored before anybody sees it; and the
 * store keeps one checkpoint per size, so that a log never signs two roots for one size, whatever crashed in between.
 *
 * A log is signed at once when it grows after a quiet time, then at most every interval; an idle one costs nothing
 * but a look once an hour for its daily heartbeat.
 *
 * Where several nodes write to the same logs one of them signs. The others read what it has signed, hold it to what they
 * know of the log, and remember it like their own.
 */
export class Checkpointer {
  readonly #parts: CheckpointerParts;
  readonly #intervalMs: number;
  /** Committed heads that are not signed yet, with the time of the first commit since the last checkpoint. */
  readonly #unsigned = new Map<string, { head: LogHead; sinceMs: number }>();
  readonly #signed = new Map<string, Signed>();
  /** One signature of a log at a time. */
  readonly #signing = new Map<string, Promise<StoredCheckpoint | undefined>>();
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
    const { size, signedAtMs } = checkpoint;
    this.#signed.set(tenant, { size, signedAtMs, token: undefined });
  }

  /** Size of the newest checkpoint of a log that is known here. */
  signedSize(tenant: string): number {
    return this.#signed.get(tenant)?.size ?? 0;
  }

  /** Logs that grew since they were signed, and for how long the first of them waits. */
  lag(): { readonly unsignedLogs: number; readonly oldestMs: number; readonly lastSignedAtMs: number } {
    const now = this.#parts.clock();
    let oldestMs = 0;
    for (const { sinceMs } of this.#unsigned.values()) oldestMs = Math.max(oldestMs, now - sinceMs);
    return { unsignedLogs: this.#unsigned.size, oldestMs, lastSignedAtMs: this.#lastSignedAtMs };
  }

  /**
   * Signs a log as it is committed now, or waits until the node whose duty it is has done so.
   *
   * @throws {FatalError} `equivocation` when a checkpoint of this size with another root was signed before;
   *   {OperationalError} `signer_away`
   */
  async sign(tenant: string): Promise<StoredCheckpoint> {
    const until = performance.now() + SIGNATURE_WAIT_MS_MAX;
    for (;;) {
      const checkpoint = await this.#signInTurn(tenant);
      if (checkpoint !== undefined) return checkpoint;
      if (performance.now() > until)
        throw new OperationalError(
          'signer_away',
          `no node has signed the log of tenant ${tenant}; try again`,
        );
      await sleep(SIGNATURE_POLL_MS);
    }
  }

  /** @returns `undefined` while it is another node's duty, which has not signed it yet */
  async #signInTurn(tenant: string): Promise<StoredCheckpoint | undefined> {
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
    if (this.#parts.duty !== undefined) await this.#signLast(this.#parts.duty);
  }

  /**
   * Where several nodes stop at once, whoever ends last signs: the one whose duty it was may have signed and gone before
   * this one wrote its last record. While that one is there it does it.
   */
  async #signLast(duty: SigningDuty): Promise<void> {
    const until = performance.now() + LAST_SIGNATURE_MS_MAX;
    while (this.#unsigned.size > 0 && performance.now() < until) {
      if (!(await duty.claim())) return;
      await this.#signDue(Number.POSITIVE_INFINITY);
      if (this.#unsigned.size > 0) await sleep(SIGNATURE_POLL_MS);
    }
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#round !== undefined || this.#stopped.signal.aborted) return;
    const now = this.#parts.clock();
    let dueMs = this.#intervalMs;
    for (const tenant of this.#isOnDuty ? this.#unsigned.keys() : []) {
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

  /** Whether it is this node that signs. */
  get #isOnDuty(): boolean {
    const { duty } = this.#parts;
    return duty === undefined || duty.fence !== undefined;
  }

  #dueAt(tenant: string): number {
    return (this.#signed.get(tenant)?.signedAtMs ?? 0) + this.#intervalMs;
  }

  async #signDue(nowMs: number): Promise<void> {
    const due = [...this.#unsigned.keys()].filter(
      (tenant) =>
        !this.#isOnDuty || this.#dueAt(tenant) <= nowMs || this.#dueAt(tenant) > nowMs + this.#intervalMs,
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
          await this.#signInTurn(tenant);
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

  async #signOne(tenant: string): Promise<StoredCheckpoint | undefined> {
    const { duty } = this.#parts;
    const head = this.#unsigned.get(tenant)?.head ?? (await this.#parts.store.readHead(tenant));
    if (head === undefined || head.size === 0) {
      throw new FatalError('log_unknown', `tenant ${tenant} has no log to sign`);
    }
    const fence = duty?.fence;
    if (duty !== undefined && (fence === undefined || this.#signed.get(tenant)?.token !== fence.token)) {
      const learned = await this.#learn(head, fence?.token);
      if (fence === undefined) return learned;
      const isOverdue =
        learned === undefined || this.#parts.clock() - learned.signedAtMs >= HEARTBEAT_INTERVAL_MS;
      if (!isOverdue) return learned;
    }
    const { crypto, checkpoints, lastSeen, clock } = this.#parts;
    const { origin, size } = head;
    const root = CompactRange.from(crypto, size, head.frontier).root();
    const key = this.#parts.signingKeys().current;
    const note = signNote(formatCheckpoint({ origin, size, root }), [key.signer(origin)]);
    // Where the clock went back: never before the records it signs, nor before the checkpoint before it.
    const signedAtMs = Math.max(clock(), head.lastAtMs, this.#signed.get(tenant)?.signedAtMs ?? 0);
    const offered: StoredCheckpoint = { size, note, signedAtMs };
    const outcome = await checkpoints.put(tenant, offered, fence).catch((error: unknown) => {
      if (fence === undefined || !(error instanceof LedgerError) || error.code !== 'lease_lost') throw error;
      duty?.lost(fence);
      return undefined;
    });
    if (outcome === undefined) return undefined;
    // From here on it is published: readers get it from the store.
    const stored = outcome.kind === 'stored' ? offered : outcome.stored;
    if (outcome.kind === 'exists') assertSameTree(stored, root, origin);
    lastSeen.record(origin, { tenant, size, rootHex: bytesToHex(root) });
    this.#done(tenant, { size, signedAtMs: offered.signedAtMs, token: fence?.token });
    return stored;
  }

  #done(tenant: string, signed: Signed): void {
    this.#signed.set(tenant, signed);
    this.#lastSignedAtMs = signed.signedAtMs;
    const waiting = this.#unsigned.get(tenant);
    if (waiting !== undefined && waiting.head.size <= signed.size) this.#unsigned.delete(tenant);
    else if (waiting !== undefined) this.#unsigned.set(tenant, { ...waiting, sinceMs: signed.signedAtMs });
  }

  /**
   * Takes over what another node has signed of a log.
   *
   * @returns the newest checkpoint when it covers the head; `undefined` when it is still to be signed
   * @throws {FatalError} `equivocation`; {NoteError} when it is not signed by our key
   */
  async #learn(head: LogHead, token: number | undefined): Promise<StoredCheckpoint | undefined> {
    const { crypto, checkpoints, lastSeen, signingKeys } = this.#parts;
    const { tenant, origin, size } = head;
    const range = { sizeFrom: 0, sizeTo: Number.MAX_SAFE_INTEGER, order: 'desc', limit: 1 } as const;
    const [newest] = await checkpoints.list(tenant, range);
    if (newest === undefined) return undefined;
    const { signedAtMs } = newest;
    if (newest.size < size || parseCheckpoint(parseNote(newest.note).text).origin !== origin) {
      this.#signed.set(tenant, { size: newest.size, signedAtMs, token });
      return undefined;
    }
    const logVkeys = vkeysOf(crypto, signingKeys(), origin);
    const { checkpoint } = openCheckpoint(crypto, newest.note, { origin, logVkeys });
    if (newest.size === size)
      assertSameTree(newest, CompactRange.from(crypto, size, head.frontier).root(), origin);
    lastSeen.record(origin, { tenant, size: newest.size, rootHex: bytesToHex(checkpoint.root) });
    this.#done(tenant, { size: newest.size, signedAtMs, token });
    return newest;
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
