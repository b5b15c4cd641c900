import { setImmediate } from 'node:timers/promises';
import {
  bytesToHex,
  type CryptoProvider,
  canonicalize,
  type JsonObject,
  type RecordType,
  type SealPolicy,
} from '@attestry/core';
import { Checkpointer, type SigningDuty } from './checkpointer/checkpointer.ts';
import type { LastSeen } from './checkpointer/last-seen.ts';
import { type CommitListener, CommitNews, type GrowthListener } from './commit-news.ts';
import type { DiskSpace } from './data-dir/disk-space.ts';
import { FatalError, isDiskFull, LedgerError, OperationalError } from './errors.ts';
import type { WokenFollower } from './followers/woken-follower.ts';
import { Admission, type Place } from './ingest/admission.ts';
import { notPrepared, toResults } from './ingest/append-results.ts';
import type { AppendResult, IncomingEvent } from './ingest/incoming-event.ts';
import { prepareEvents } from './ingest/prepare-events.ts';
import { DEFAULT_SEAL_POLICY, policyData, SealPolicies } from './ingest/seal-policies.ts';
import { AuthenticSettings } from './keys/authentic-settings.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { RandomSource } from './keys/random-pool.ts';
import { SigningKey, type SigningKeys, vkeysOf } from './keys/signing-key.ts';
import { GROWN_READ_MAX, HEARTBEAT_INTERVAL_MS } from './limits.ts';
import type { AdminStore } from './ports/admin-store.ts';
import type { CheckpointStore, StoredCheckpoint } from './ports/checkpoint-store.ts';
import type { EventQueryStore } from './ports/event-query-store.ts';
import type { LedgerStore, LogHead } from './ports/ledger-store.ts';
import type { SharedStore } from './ports/shared-store.ts';
import { LedgerReader } from './reading/ledger-reader.ts';
import type { PendingRecord, Settlement } from './sequencer/pending-record.ts';
import { duplicateResolver } from './sequencer/resolve-duplicates.ts';
import { Sequencer } from './sequencer/sequencer.ts';

/** Where the ledger reports what an operator should know. Details never hold personal data or secrets. */
export interface LedgerLogger {
  warn(details: Readonly<Record<string, unknown>>, message: string): void;
  error(details: Readonly<Record<string, unknown>>, message: string): void;
}

export interface LedgerParts {
  readonly stores: {
    readonly ledger: LedgerStore;
    readonly checkpoints: CheckpointStore;
    readonly query: EventQueryStore;
    readonly admin: AdminStore;
    readonly shared?: SharedStore;
  };
  readonly crypto: CryptoProvider;
  readonly random: RandomSource;
  readonly clock: () => number;
  readonly keys: KeyRing;
  /** First part of every origin. */
  readonly logName: string;
  readonly signingKeys: SigningKeys;
  /** Makes changed signing keys durable before they are used. */
  readonly saveSigningKeys: (keys: SigningKeys) => Promise<void>;
  readonly lastSeen: LastSeen;
  readonly space: DiskSpace;
  readonly logger: LedgerLogger;
  /** Where several nodes write to the same store: who of them signs, and by which key. */
  readonly duty?: SigningDuty & Rotation;
  readonly batchEvents?: number;
  readonly batchIntervalMs?: number;
  readonly checkpointIntervalMs?: number;
  readonly queueEventsMax?: number;
}

/** What all nodes have to know of a change of the signing key. */
export interface Rotation {
  /** Rejects with `rotation_shared` while others sign with the current key. */
  assertAlone(): Promise<void>;
  /** Before any log names the next key (hex of its public half). */
  beginRotation(nextSigningKey: string): Promise<void>;
  /** When it is the current one, on the disk of this node. */
  endRotation(signingKey: string): Promise<void>;
}

/** Confirms that a record that is not an event is in the log. */
export interface RecordReceipt {
  readonly seq: number;
  /** Leaf hash, lower-case hex. */
  readonly hash: string;
  readonly recorded_at: string;
}

/** What the log states about itself beside events. */
export type StatementType = Exclude<RecordType, 'event' | 'genesis'>;

/** How the ledger is doing; cheap enough to ask every second. */
export interface LedgerStatus {
  /** A write failed because the disk of the data folder is full, and there is no space yet. */
  readonly diskFull: boolean;
  /** Events accepted and not yet committed, and the bound at which more are refused. */
  readonly queue: { readonly events: number; readonly eventsMax: number };
  readonly checkpoints: {
    /** Logs that grew since they were signed. */
    readonly unsignedLogs: number;
    /** Age of the oldest commit that is not signed yet; 0 when all are. */
    readonly oldestUnsignedMs: number;
    /** 0 before the first. */
    readonly lastSignedAtMs: number;
  };
  /** Events that are committed and not searchable yet; `undefined` while the index is not being fed. */
  readonly search: { readonly lagEvents: number } | undefined;
}

/**
 * The ledger: one append-only log per tenant, over stores that it knows only by their ports.
 *
 * An event is in the log when its receipt is returned, not before; a log is signed within the checkpoint interval
 * after that.
 */
export class Ledger extends LedgerReader {
  readonly admin: AdminStore;
  readonly #parts: LedgerParts;
  readonly #sequencer: Sequencer;
  readonly #checkpointer: Checkpointer;
  readonly #admission: Admission;
  readonly #policies: SealPolicies;
  readonly #news: CommitNews;
  readonly #creating = new Map<string, Promise<LogHead>>();
  #signingKeys: SigningKeys;
  #rotating: Promise<RotationReport> | undefined;
  #search: WokenFollower | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: LedgerParts) {
    super({ stores: parts.stores, crypto: parts.crypto, keys: parts.keys });
    this.#parts = parts;
    this.admin = new AuthenticSettings(parts.stores.admin, parts.keys.settingTags, (message) =>
      parts.logger.error({}, message),
    );
    this.#signingKeys = parts.signingKeys;
    this.#admission = new Admission(parts.queueEventsMax);
    this.#policies = new SealPolicies(this.admin);
    this.#news = new CommitNews(parts.logger);
    const onTrouble = (message: string, error: unknown): void => {
      parts.space.note(error);
      // A full disk was said once, when it was first met.
      if (!isDiskFull(error)) parts.logger.error({ err: error }, message);
    };
    this.#checkpointer = new Checkpointer({
      store: parts.stores.ledger,
      checkpoints: parts.stores.checkpoints,
      crypto: parts.crypto,
      lastSeen: parts.lastSeen,
      signingKeys: () => this.#signingKeys,
      clock: parts.clock,
      onTrouble,
      ...(parts.duty === undefined ? {} : { duty: parts.duty }),
      ...(parts.checkpointIntervalMs === undefined ? {} : { intervalMs: parts.checkpointIntervalMs }),
    });
    this.#sequencer = new Sequencer({
      store: parts.stores.ledger,
      tiles: this.tiles,
      crypto: parts.crypto,
      random: parts.random,
      clock: parts.clock,
      resolveDuplicates: duplicateResolver(parts.stores.ledger, this.events),
      onCommitted: (head, records, commitMs) => this.#committed(head, records, commitMs),
      onTrouble,
      ...(parts.batchEvents === undefined ? {} : { batchEvents: parts.batchEvents }),
      ...(parts.batchIntervalMs === undefined ? {} : { batchIntervalMs: parts.batchIntervalMs }),
    });
    this.#checkpointer.start();
  }

  /** The last committed head, from memory when the log is open and nobody else can have moved it. */
  override async head(tenant: string): Promise<LogHead | undefined> {
    if (this.#parts.stores.shared !== undefined) return super.head(tenant);
    const open = this.#sequencer.openHead(tenant);
    return open !== undefined && open.size > 0 ? open : super.head(tenant);
  }

  /** Makes a tenant's log by writing its genesis record; a log that exists is left as it is. */
  async createLog(tenant: string): Promise<LogHead> {
    this.#assertOpen();
    const existing = await this.head(tenant);
    if (existing !== undefined) return existing;
    let creating = this.#creating.get(tenant);
    if (creating === undefined) {
      creating = this.#writeGenesis(tenant, `${this.#parts.logName}/t/${tenant}`, {}).finally(() =>
        this.#creating.delete(tenant),
      );
      this.#creating.set(tenant, creating);
    }
    return creating;
  }

  /**
   * Starts a new generation of a log after a rollback was accepted: a second genesis under the origin with `/g2` (or
   * the next number), which names what it goes on from and what was lost. The old records stay where they are.
   */
  async startGeneration(tenant: string, origin: string, previous: JsonObject): Promise<LogHead> {
    return this.#writeGenesis(tenant, origin, { previous });
  }

  /**
   * Writes events to a tenant's log.
   *
   * @param events at most 1,000, of this tenant
   * @returns one result per event, in order, once all of them are settled: a receipt means that it is on the disk
   * @throws {OverloadedError} nothing was accepted; {OperationalError} none was written; {LedgerError} `log_unknown`
   */
  async append(tenant: string, events: readonly IncomingEvent[]): Promise<readonly AppendResult[]> {
    this.#assertOpen();
    if (events.length === 0) return [];
    const place = this.#admission.enter(tenant, events.length);
    try {
      await this.#sequencer.open(tenant);
      const settlements = await this.#write(tenant, events, place);
      return toResults(events, settlements);
    } finally {
      place.leave();
    }
  }

  /**
   * Writes a statement of the log about itself.
   *
   * @param data must have the members that the record format names for the type
   */
  async appendRecord(tenant: string, type: StatementType, data: JsonObject): Promise<RecordReceipt> {
    this.#assertOpen();
    const place = this.#admission.enter(tenant, 1);
    try {
      await this.#sequencer.open(tenant);
      return await this.#writeStatement(tenant, { type, dataJson: canonicalize(data), seals: [] });
    } finally {
      place.leave();
    }
  }

  /** What the tenant's new events are sealed by. */
  sealPolicy(tenant: string): Promise<SealPolicy> {
    return this.#policies.of(tenant);
  }

  /** Changes what is sealed from now on, and records the choice. */
  async setSealPolicy(tenant: string, policy: SealPolicy): Promise<RecordReceipt> {
    this.#assertOpen();
    await this.#policies.set(tenant, policy);
    return this.appendRecord(tenant, 'policy', policyData(policy));
  }

  /** Signs a log as it is committed now, without waiting for the interval. */
  async signNow(tenant: string): Promise<StoredCheckpoint> {
    const checkpoint = await this.#checkpointer.sign(tenant);
    await this.#parts.lastSeen.flush();
    return checkpoint;
  }

  /** Keys under which a log's checkpoints may be signed, the current one first. */
  vkeys(origin: string): readonly string[] {
    return vkeysOf(this.crypto, this.#signingKeys, origin);
  }

  /**
   * Replaces the signing key of all logs: each log names the next key in a `key` record, whose checkpoint the old key
   * still signs; then the new key takes over. Cut off by a crash, it is taken up again by the next start. Over a shared
   * database no other node may run meanwhile; they go on with a copy of the key.
   *
   * @throws {LedgerError} `rotation_shared`, `rotation_under_way`
   */
  async rotateSigningKey(): Promise<RotationReport> {
    this.#assertOpen();
    this.#rotating ??= this.#rotate().finally(() => {
      this.#rotating = undefined;
    });
    return this.#rotating;
  }

  /** Finishes a rotation that a crash has cut off; does nothing when there is none. */
  async resumeRotation(): Promise<void> {
    const { current, next } = this.#signingKeys;
    // Cut off at its very end, when the key was in use and the other nodes did not know yet.
    if (next === undefined) return this.#parts.duty?.endRotation(bytesToHex(current.publicKey));
    try {
      await this.rotateSigningKey();
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'rotation_shared') throw error;
      this.#parts.logger.warn({ err: error }, 'the signing key is not replaced yet');
    }
  }

  /** The keys that sign now. */
  get signingKeys(): SigningKeys {
    return this.#signingKeys;
  }

  status(): LedgerStatus {
    const { unsignedLogs, oldestMs, lastSignedAtMs } = this.#checkpointer.lag();
    const lagEvents = this.#search?.lag();
    return {
      diskFull: this.#parts.space.isFull,
      queue: { events: this.#admission.events, eventsMax: this.#admission.eventsMax },
      checkpoints: { unsignedLogs, oldestUnsignedMs: oldestMs, lastSignedAtMs },
      search: lagEvents === undefined ? undefined : { lagEvents },
    };
  }

  /** Tells the search follower of every commit, and reports its lag in the status. */
  follow(search: WokenFollower): void {
    this.#search = search;
  }

  /** Calls back after every commit until the returned function is called. */
  onCommit(listener: CommitListener): () => void {
    return this.#news.onCommit(listener);
  }

  /** Calls back whenever a log has grown, also by another node, until the returned function is called. */
  onGrowth(listener: GrowthListener): () => void {
    return this.#news.onGrowth(listener);
  }

  /** Reads how far logs have come that another node may have made grow; of all logs when none is named. */
  async noteGrown(tenants: ReadonlySet<string> | undefined): Promise<void> {
    const few = tenants !== undefined && tenants.size <= GROWN_READ_MAX ? tenants : undefined;
    const heads =
      few === undefined
        ? await this.heads()
        : (await Promise.all([...few].map((tenant) => super.head(tenant)))).filter(
            (head) => head !== undefined,
          );
    const grown = heads.filter((head) => this.#news.isNew(head));
    for (const head of grown) {
      if (this.#checkpointer.signedSize(head.tenant) < head.size) this.#checkpointer.committed(head);
      this.#news.grown(head);
      this.#sequencer.passed(head);
    }
    if (grown.length > 0) this.#search?.grown?.(grown);
  }

  /** Forgets what is in memory of settings and keys, because another node may have changed them. */
  forgetSettings(): void {
    this.#policies.forget();
    this.keys.forgetDataKeys();
  }

  /** Takes over what the start checks found: a log's head and its newest checkpoint. */
  adopt(head: LogHead, checkpoint: StoredCheckpoint | undefined): void {
    if (checkpoint !== undefined) this.#checkpointer.remember(head.tenant, checkpoint);
    this.#news.known(head);
    const overdue = this.#parts.clock() - (checkpoint?.signedAtMs ?? 0) >= HEARTBEAT_INTERVAL_MS;
    if ((checkpoint?.size ?? 0) < head.size || overdue) this.#checkpointer.committed(head);
  }

  /** Refuses new events, finishes what was accepted, signs it. The stores stay open. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    do {
      await this.#sequencer.drain();
      // Calls that were accepted and are still being prepared come to the sequencer in a moment.
      await setImmediate();
    } while (this.#admission.events > 0);
    await this.#checkpointer.close();
  }

  async #write(
    tenant: string,
    events: readonly IncomingEvent[],
    place: Place,
  ): Promise<readonly Settlement[]> {
    const { crypto, random, keys } = this.#parts;
    const policy = await this.#policies.of(tenant);
    const preparations = await prepareEvents({ crypto, random, keys, tenant, policy }, events);
    const settled = Promise.withResolvers<readonly Settlement[]>();
    const settlements: Settlement[] = new Array(events.length);
    const records: PendingRecord[] = [];
    let open = events.length;
    const settle = (index: number, settlement: Settlement): void => {
      settlements[index] = settlement;
      open -= 1;
      if (open === 0) settled.resolve(settlements);
    };
    for (const [index, preparation] of preparations.entries()) {
      if (preparation.kind !== 'prepared') {
        settle(index, notPrepared(preparation));
        continue;
      }
      const { incoming, dataJson, split, seals, columns } = preparation.event;
      place.grow(dataJson.length);
      records.push({
        type: 'event',
        dataJson,
        seals,
        event: { id: incoming.event.id, incoming, split, columns },
        settle: (settlement) => settle(index, settlement),
      });
    }
    if (records.length > 0) this.#sequencer.submit(tenant, records);
    return settled.promise;
  }

  async #writeStatement(tenant: string, record: Omit<PendingRecord, 'settle'>): Promise<RecordReceipt> {
    const settlement = await new Promise<Settlement>((settle) => {
      this.#sequencer.submit(tenant, [{ ...record, settle }]);
    });
    if (settlement.kind === 'failed') throw settlement.error;
    if (settlement.kind === 'refused') throw new LedgerError(settlement.code, settlement.detail);
    return { seq: settlement.seq, hash: bytesToHex(settlement.leafHash), recorded_at: settlement.at };
  }

  async #writeGenesis(tenant: string, origin: string, more: JsonObject): Promise<LogHead> {
    // A rotation goes through all logs; one that is made meanwhile would miss the record that names the next key.
    await this.#rotating?.catch(() => undefined);
    const log = await this.#sequencer.open(tenant, origin);
    const data = {
      hash: 'sha256',
      nonce: bytesToHex(this.#parts.random(16)),
      seals: DEFAULT_SEAL_POLICY.seals,
      vkey: this.#signingKeys.current.vkey(origin),
      ...more,
    };
    try {
      await this.#writeStatement(tenant, {
        type: 'genesis',
        dataJson: canonicalize(data),
        seals: [],
        genesis: { origin, atSize: log.committed.size },
      });
    } catch (error) {
      // Somebody else made the log first: it exists, which is all that was asked for.
      const head =
        error instanceof LedgerError && error.code === 'log_moved' ? await this.head(tenant) : undefined;
      if (head?.origin !== origin) throw error;
    }
    const head = await this.head(tenant);
    if (head === undefined)
      throw new FatalError('log_unknown', `the log of tenant ${tenant} is gone after it was made`);
    return head;
  }

  async #rotate(): Promise<RotationReport> {
    await Promise.all([...this.#creating.values()].map((creating) => creating.catch(() => undefined)));
    const { crypto, saveSigningKeys, clock, duty } = this.#parts;
    await duty?.assertAlone();
    // 1. The next key exists, on the disk, before any log names it: a crash leaves it to be taken up again.
    const next = this.#signingKeys.next ?? SigningKey.generate(crypto);
    if (this.#signingKeys.next === undefined) {
      const pending = { ...this.#signingKeys, next };
      await saveSigningKeys(pending);
      this.#signingKeys = pending;
    }
    const nextHex = bytesToHex(next.publicKey);
    await duty?.beginRotation(nextHex);
    // 2. Each log names it, and the old key signs the tree that holds the record. A crash repeats some of this: a log
    //    may name the same key twice, which says nothing new.
    const heads = await this.heads();
    for (const { tenant, origin } of heads) {
      await this.#sequencer.open(tenant);
      await this.appendRecord(tenant, 'key', { vkey: next.vkey(origin) });
      await this.#checkpointer.sign(tenant);
    }
    // 3. Only now the new key signs. The old private key is gone with this write; its public half is kept.
    const { current, former } = this.#signingKeys;
    const rotated: SigningKeys = {
      current: next,
      next: undefined,
      former: [...former, { publicKey: current.publicKey, retiredAtMs: clock() }],
    };
    await saveSigningKeys(rotated);
    this.#signingKeys = rotated;
    await duty?.endRotation(nextHex);
    await this.#parts.lastSeen.flush();
    return { logs: heads.length, publicKeyHex: nextHex };
  }

  #committed(head: LogHead, records: readonly PendingRecord[], commitMs: number): void {
    this.#checkpointer.committed(head);
    this.#search?.committed(
      head,
      records.map((record) => record.event?.split),
    );
    this.#news.committed(head, records.length, commitMs);
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) {
      throw new OperationalError('closing', 'the ledger is closing; send it to the next start');
    }
  }
}

/** What a rotation did. */
export interface RotationReport {
  readonly logs: number;
  /** The key that signs from now on. */
  readonly publicKeyHex: string;
}
