// Long because: sending, answering and recovering are one state machine, which is best read in one place.
import { setTimeout as sleep } from 'node:timers/promises';
import { type CryptoProvider, equalBytes, hashLeafText } from '@attestry/core';
import { FatalError, isDiskFull, LedgerError, OperationalError, toLedgerError } from '../errors.ts';
import type { RandomSource } from '../keys/random-pool.ts';
import {
  BATCH_EVENTS,
  BATCH_INTERVAL_MS,
  COMMIT_BACKOFF_MS_MAX,
  COMMIT_FAILURES_MAX,
  MOVED_RETRIES_MAX,
  OPEN_LOGS_MAX,
  PIPELINE_DEPTH,
  RELOAD_ATTEMPTS_MAX,
} from '../limits.ts';
import type { AppendOutcome, LedgerStore, LogHead } from '../ports/ledger-store.ts';
import type { LogTiles } from '../reading/log-tiles.ts';
import {
  type CommitGroup,
  isApplied,
  recordsOf,
  type SentGroup,
  splitGroup,
  takeGroup,
} from './commit-group.ts';
import { EventsOnTheWay } from './events-on-the-way.ts';
import { emptyHead, OpenLog } from './open-log.ts';
import type { PendingRecord, Settlement } from './pending-record.ts';

/** Finds out what to answer for events whose ids are in the log already. One settlement per event, in order. */
export type ResolveDuplicates = (
  tenant: string,
  events: readonly { readonly record: PendingRecord; readonly seq: number }[],
) => Promise<readonly Settlement[]>;

export interface SequencerParts {
  readonly store: LedgerStore;
  readonly tiles: LogTiles;
  readonly crypto: CryptoProvider;
  readonly random: RandomSource;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly resolveDuplicates: ResolveDuplicates;
  /** Called after each commit with the new head. Must not throw. */
  readonly onCommitted: (head: LogHead, records: readonly PendingRecord[], commitMs: number) => void;
  /** Told of every failure once, with what is done about it. */
  readonly onTrouble: (message: string, error: unknown) => void;
  readonly batchEvents?: number;
  readonly batchIntervalMs?: number;
}

/** A group of one record is tried this often before that record counts as the one that cannot be written. */
const SINGLE_FAILURES_MAX = 3;

type SentOutcome = {
  readonly sent: SentGroup;
  readonly outcome: AppendOutcome | { readonly kind: 'error'; readonly error: unknown };
};

/**
 * Gives records their numbers and writes them: one order per log, one transaction for many logs, receipts only after
 * the commit.
 *
 * The next group is linked and sent while the one before commits: the fence in the store refuses it if that one fails.
 * After any answer but `committed` everything sent is waited for, each batch's fate is read from the store, the logs
 * are opened anew from their stored heads, and what was not written is linked and sent again, alone, until nothing is
 * left of it; then the normal course goes on. The loop itself cannot fail: whatever is thrown becomes the answer of
 * the records it concerns (trap 17).
 */
export class Sequencer {
  readonly #parts: SequencerParts;
  readonly #batchEvents: number;
  readonly #batchIntervalMs: number;
  readonly #logs = new Map<string, OpenLog>();
  readonly #opening = new Map<string, Promise<OpenLog>>();
  /** Logs with records that wait, in the order of their turn. */
  readonly #waiting = new Set<OpenLog>();
  /** Events that are on their way, by tenant and id; later ones with the same id wait for them. */
  readonly #onTheWay = new EventsOnTheWay();
  /** Groups to be sent again, before anything new. */
  #again: CommitGroup[] = [];
  #unsettled: SentOutcome[] = [];
  #queued = 0;
  #serial = 0;
  #inFlight = 0;
  #failuresInARow = 0;
  #recovering = false;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #idleWaiters: (() => void)[] = [];

  constructor(parts: SequencerParts) {
    this.#parts = parts;
    this.#batchEvents = parts.batchEvents ?? BATCH_EVENTS;
    this.#batchIntervalMs = parts.batchIntervalMs ?? BATCH_INTERVAL_MS;
  }

  /** Records waiting for their number; those being committed are not counted. */
  get queued(): number {
    return this.#queued;
  }

  /** The last committed head of a log that is open. */
  openHead(tenant: string): LogHead | undefined {
    return this.#logs.get(tenant)?.committed;
  }

  /**
   * Opens a log, from memory or from the store, which is then checked: last record, head and tiles must agree.
   *
   * @param newOrigin makes an empty log of this origin possible when there is none
   * @throws {LedgerError} `log_unknown`; {FatalError} when what is stored contradicts itself
   */
  async open(tenant: string, newOrigin?: string): Promise<OpenLog> {
    const known = this.#logs.get(tenant);
    if (known !== undefined) return known;
    let opening = this.#opening.get(tenant);
    if (opening === undefined) {
      opening = this.#load(tenant, newOrigin).finally(() => this.#opening.delete(tenant));
      this.#opening.set(tenant, opening);
    }
    return opening;
  }

  /** Puts records of a log in line. Each gets exactly one settlement, always. */
  submit(tenant: string, records: readonly PendingRecord[]): void {
    const log = this.#logs.get(tenant);
    if (log === undefined) {
      // Closed since the caller opened it: because it was idle, or because something was wrong with it.
      this.open(tenant).then(
        () => this.submit(tenant, records),
        (error: unknown) => {
          for (const record of records) record.settle({ kind: 'failed', error: toLedgerError(error) });
        },
      );
      return;
    }
    for (const record of records) {
      if (this.#onTheWay.waits(tenant, record)) continue;
      log.queue.push(record);
      this.#queued += 1;
    }
    if (log.queue.length > 0) this.#waiting.add(log);
    this.#schedule();
  }

  /**
   * Says how far a log has come by another process. One that is idle here is opened anew when it is used next, which is
   * cheaper than to find out by a commit that is refused.
   */
  passed({ tenant, size }: LogHead): void {
    const log = this.#logs.get(tenant);
    if (log === undefined || log.inFlight > 0 || log.queue.length > 0) return;
    // What is to be sent again holds on to its logs.
    if (this.#recovering || this.#again.length > 0) return;
    if (size > log.committed.size) this.#logs.delete(tenant);
  }

  /** Resolves when nothing waits and nothing is being written. */
  async drain(): Promise<void> {
    while (this.#queued > 0 || this.#inFlight > 0 || this.#recovering || this.#again.length > 0) {
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    }
  }

  async #load(tenant: string, newOrigin: string | undefined): Promise<OpenLog> {
    const { store, tiles } = this.#parts;
    const head = await store.readHead(tenant);
    if (head === undefined && newOrigin === undefined) {
      throw new LedgerError('log_unknown', `tenant ${JSON.stringify(tenant)} has no log`);
    }
    const start = head ?? emptyHead(tenant, newOrigin as string);
    if (head !== undefined) await this.#checkLastRecord(head);
    const log = new OpenLog(this.#parts, start, await tiles.partials(tenant, start.size));
    this.#closeIdleLogs();
    this.#logs.set(tenant, log);
    return log;
  }

  /** The head says what the last record's hash is; the record's bytes must say the same (trap 2). */
  async #checkLastRecord(head: LogHead): Promise<void> {
    const { store, crypto } = this.#parts;
    const [last] = await store.readRecords(head.tenant, head.size - 1, head.size);
    const hash = last?.text === undefined ? last?.leafHash : hashLeafText(crypto, last.text);
    if (hash === undefined || !equalBytes(hash, head.lastHash)) {
      throw new FatalError(
        'head_mismatch',
        `the head of tenant ${head.tenant} (size ${head.size}) is not that of its last record: ` +
          'run attestry verify --data on the folder and restore it from a backup',
      );
    }
  }

  #closeIdleLogs(): void {
    if (this.#logs.size < OPEN_LOGS_MAX) return;
    for (const [tenant, log] of this.#logs) {
      if (log.queue.length > 0 || log.inFlight > 0) continue;
      this.#logs.delete(tenant);
      if (this.#logs.size < OPEN_LOGS_MAX) return;
    }
  }

  /** Decides what to send now, and when to look again. */
  #schedule(): void {
    if (this.#recovering) return;
    if (this.#again.length > 0) {
      if (this.#inFlight === 0) this.#send(this.#again.shift() as CommitGroup);
      return;
    }
    if (this.#queued === 0) {
      this.#announceIdle();
      return;
    }
    if (this.#inFlight >= PIPELINE_DEPTH) return;
    if (this.#inFlight === 0) {
      // Nobody to wait for, but whoever calls in this turn of the event loop comes along.
      this.#turn ??= setImmediate(() => {
        this.#turn = undefined;
        if (this.#inFlight === 0) this.#flush();
      });
      return;
    }
    if (this.#queued >= this.#batchEvents) {
      this.#flush();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#inFlight < PIPELINE_DEPTH) this.#flush();
    }, this.#batchIntervalMs);
  }

  #flush(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#recovering || this.#again.length > 0 || this.#waiting.size === 0) {
      this.#schedule();
      return;
    }
    const group = takeGroup(this.#waiting);
    for (const { records } of group.parts) this.#queued -= records.length;
    this.#send(group);
  }

  #send(group: CommitGroup): void {
    const nowMs = this.#parts.clock();
    const batches: SentGroup['batches'][number][] = [];
    for (const { log, records } of group.parts) {
      if (this.#logs.get(log.tenant) !== log) {
        // Something was wrong with the log and it was closed: what it would be linked to is not known.
        for (const record of records)
          this.#settle(log, record, { kind: 'failed', error: logClosed(log.tenant) });
        continue;
      }
      const batch = log.link(records, nowMs);
      for (const { record, settlement } of batch.rejected) this.#settle(log, record, settlement);
      if (batch.linked.length > 0) {
        batches.push({ log, batch });
        log.inFlight += 1;
      }
    }
    if (batches.length === 0) {
      this.#schedule();
      return;
    }
    this.#serial += 1;
    const sent: SentGroup = {
      serial: this.#serial,
      group: { ...group, parts: batches.map(({ log, batch }) => ({ log, records: batch.linked })) },
      batches,
    };
    this.#inFlight += 1;
    const startedMs = performance.now();
    this.#append(sent).then(
      (outcome) => this.#arrived({ sent, outcome }, performance.now() - startedMs),
      (error: unknown) => this.#arrived({ sent, outcome: { kind: 'error', error } }, 0),
    );
    this.#schedule();
  }

  async #append(sent: SentGroup): Promise<AppendOutcome> {
    return this.#parts.store.append(sent.batches.map(({ batch }) => batch.append));
  }

  /** An answer of the store. Everything after a failure waits until all answers are there. */
  #arrived(answer: SentOutcome, commitMs: number): void {
    this.#inFlight -= 1;
    for (const { log } of answer.sent.batches) log.inFlight -= 1;
    if (answer.outcome.kind === 'committed') {
      this.#failuresInARow = 0;
      this.#acknowledge(answer.sent, commitMs);
    } else {
      this.#recovering = true;
      this.#unsettled.push(answer);
    }
    if (!this.#recovering) {
      this.#schedule();
    } else if (this.#inFlight === 0) {
      this.#recover().catch((error: unknown) =>
        this.#parts.onTrouble('the sequencer could not recover', error),
      );
    }
  }

  #acknowledge(sent: SentGroup, commitMs: number): void {
    for (const { log, batch } of sent.batches) {
      const { before, after, records } = batch.append;
      log.confirm(after);
      batch.linked.forEach((record, i) => {
        const leafHash = records[i]?.leafHash as Uint8Array;
        this.#settle(log, record, {
          kind: 'written',
          seq: before.size + i,
          leafHash,
          at: batch.at,
          duplicate: false,
        });
      });
      this.#parts.onCommitted(after, batch.linked, commitMs);
    }
  }

  /** Runs with nothing in flight. Leaves every log as the store has it, and in `#again` what is still to be written. */
  async #recover(): Promise<void> {
    const answers = this.#unsettled.sort((a, b) => a.sent.serial - b.sent.serial);
    this.#unsettled = [];
    const again: CommitGroup[] = [];
    try {
      await this.#backOff(answers);
      for (const answer of answers) again.push(...(await this.#judge(answer)));
      const logs = new Set(answers.flatMap(({ sent }) => sent.batches.map(({ log }) => log)));
      for (const log of logs) await this.#reopen(log);
    } catch (error) {
      // Not known what is stored, or it is wrong: nobody gets a receipt, and the logs are read anew when next used.
      this.#parts.onTrouble('the fate of a commit is not known', error);
      const failure = toLedgerError(error);
      for (const { sent } of answers) this.#fail(sent.group, failure);
      for (const { sent } of answers) for (const { log } of sent.batches) this.#failLog(log, failure);
      again.length = 0;
    } finally {
      this.#again = [...again.flatMap((group) => this.#withoutLostCauses(group)), ...this.#again];
      this.#recovering = false;
      this.#schedule();
    }
  }

  async #backOff(answers: readonly SentOutcome[]): Promise<void> {
    const failed = answers.find(({ outcome }) => outcome.kind === 'error');
    if (failed?.outcome.kind !== 'error') return;
    this.#failuresInARow += 1;
    this.#parts.onTrouble('a commit failed; what is stored decides what happens next', failed.outcome.error);
    if (this.#failuresInARow > 1) {
      await sleep(Math.min(5 * 2 ** this.#failuresInARow, COMMIT_BACKOFF_MS_MAX));
    }
  }

  /** What is left to be done of a group that was not simply committed. */
  async #judge({ sent, outcome }: SentOutcome): Promise<readonly CommitGroup[]> {
    const { group } = sent;
    const { store } = this.#parts;
    if (outcome.kind === 'duplicate') return this.#withoutDuplicates(group, outcome.ids);
    const verdicts = await Promise.all(
      sent.batches.map(({ batch }) => this.#persist(() => isApplied(store, batch.append))),
    );
    if (verdicts.every((applied) => applied)) {
      this.#acknowledge(sent, 0);
      return [];
    }
    if (verdicts.some((applied) => applied)) {
      throw new FatalError(
        'commit_torn',
        'a transaction was applied to some of its logs only: the store is not atomic',
      );
    }
    if (outcome.kind === 'error')
      return this.#afterError({ ...group, failures: group.failures + 1 }, outcome.error);
    return [{ ...group, moves: group.moves + 1 }];
  }

  /** Once more as it is, then in halves; a record that fails alone is the one that poisons the others (trap 14). */
  #afterError(group: CommitGroup, error: unknown): readonly CommitGroup[] {
    if (error instanceof FatalError || isDiskFull(error)) {
      // The store says itself that it cannot go on: trying again at once changes nothing, nor does a smaller group.
      this.#fail(group, toLedgerError(error));
      return [];
    }
    if (recordsOf(group) === 1 && group.failures >= SINGLE_FAILURES_MAX) {
      this.#fail(
        group,
        new OperationalError(
          'store_failed',
          'the store could not write this record; its neighbours are kept',
        ),
      );
      return [];
    }
    return group.failures > 1 ? splitGroup(group) : [group];
  }

  async #withoutDuplicates(
    group: CommitGroup,
    ids: readonly { readonly tenant: string; readonly id: string; readonly seq: number }[],
  ): Promise<readonly CommitGroup[]> {
    const seqs = new Map(ids.map(({ tenant, id, seq }) => [`${tenant}\0${id}`, seq]));
    const parts: CommitGroup['parts'][number][] = [];
    for (const { log, records } of group.parts) {
      const known: { record: PendingRecord; seq: number }[] = [];
      const rest: PendingRecord[] = [];
      for (const record of records) {
        const seq = record.event === undefined ? undefined : seqs.get(`${log.tenant}\0${record.event.id}`);
        if (seq === undefined) rest.push(record);
        else known.push({ record, seq });
      }
      if (known.length > 0) await this.#answerDuplicates(log, known);
      if (rest.length > 0) parts.push({ log, records: rest });
    }
    return parts.length === 0 ? [] : [{ ...group, parts }];
  }

  async #answerDuplicates(
    log: OpenLog,
    known: readonly { record: PendingRecord; seq: number }[],
  ): Promise<void> {
    let settlements: readonly Settlement[];
    try {
      settlements = await this.#parts.resolveDuplicates(log.tenant, known);
    } catch (error) {
      const failure = toLedgerError(error);
      settlements = known.map(() => ({ kind: 'failed', error: failure }));
    }
    for (const [i, { record }] of known.entries()) this.#settle(log, record, settlements[i] as Settlement);
  }

  /** Reads until it works or the attempts are used up; a fatal answer ends it at once. */
  async #persist<T>(read: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await read();
      } catch (error) {
        if (error instanceof FatalError || attempt === RELOAD_ATTEMPTS_MAX) throw error;
        await sleep(Math.min(5 * 2 ** attempt, COMMIT_BACKOFF_MS_MAX));
      }
    }
  }

  async #reopen(log: OpenLog): Promise<void> {
    const { store, tiles } = this.#parts;
    const head = await this.#persist(() => store.readHead(log.tenant));
    const known = log.committed;
    const stored = head ?? emptyHead(log.tenant, known.origin);
    if (stored.size < known.size) {
      throw new FatalError(
        'log_shrunk',
        `the log of tenant ${log.tenant} has ${stored.size} records, but ${known.size} were committed: stop and restore it`,
      );
    }
    log.reopen(stored, await this.#persist(() => tiles.partials(log.tenant, stored.size)));
  }

  /** Answers groups that were tried often enough, and drops them. */
  #withoutLostCauses(group: CommitGroup): readonly CommitGroup[] {
    if (this.#failuresInARow >= COMMIT_FAILURES_MAX) {
      this.#fail(
        group,
        new OperationalError('store_failed', 'the store could not write this; nothing of it was kept'),
      );
      return [];
    }
    if (group.moves > MOVED_RETRIES_MAX) {
      this.#fail(
        group,
        new OperationalError('log_contended', 'another process keeps writing to this log; try again'),
      );
      return [];
    }
    return [group];
  }

  #fail(group: CommitGroup, error: LedgerError): void {
    for (const { log, records } of group.parts) {
      for (const record of records) this.#settle(log, record, { kind: 'failed', error });
    }
  }

  /** A log that contradicts itself takes nothing more until it was opened, and so checked, again. */
  #failLog(log: OpenLog, error: LedgerError): void {
    this.#logs.delete(log.tenant);
    this.#waiting.delete(log);
    const queue = log.queue;
    log.queue = [];
    this.#queued -= queue.length;
    for (const record of queue) this.#settle(log, record, { kind: 'failed', error });
  }

  #settle(log: OpenLog, record: PendingRecord, settlement: Settlement): void {
    record.settle(settlement);
    const left = this.#onTheWay.settleTwins(log.tenant, record, settlement);
    // The first of them did not make it, so the next one is the first.
    if (left.length > 0) this.submit(log.tenant, left);
  }

  #announceIdle(): void {
    if (this.#inFlight > 0 || this.#recovering) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const wake of waiters) wake();
  }
}

function logClosed(tenant: string): OperationalError {
  return new OperationalError('log_closed', `the log of tenant ${tenant} has to be read again; try again`);
}
