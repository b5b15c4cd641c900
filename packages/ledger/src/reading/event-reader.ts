import {
  bytesToHex,
  type CryptoProvider,
  type EventView,
  type JsonObject,
  type LedgerRecord,
  mergePersonal,
  openEnvelope,
  redactedPointers,
  type SealedMembers,
  sealAdditionalData,
} from '@attestry/core';
import { FatalError } from '../errors.ts';
import type { KeyRing, ReadingKey } from '../keys/key-ring.ts';
import type { LedgerStore, StoredRecord } from '../ports/ledger-store.ts';
import { ErasureIndex } from './erasure-index.ts';

/** A stored event with its sealed members opened, as far as they still can be. */
export interface OpenedEvent {
  readonly record: LedgerRecord;
  /** Members of each data subject that could be opened. */
  readonly members: readonly SealedMembers[];
  /** Handles of the data subjects that were erased. */
  readonly erasedSubs: readonly string[];
}

/** Turns stored records back into the events they were. */
export class EventReader {
  readonly #crypto: CryptoProvider;
  readonly #keys: KeyRing;
  readonly #erasures: ErasureIndex;

  constructor(crypto: CryptoProvider, keys: KeyRing, store: Pick<LedgerStore, 'readRecords' | 'readHead'>) {
    this.#crypto = crypto;
    this.#keys = keys;
    this.#erasures = new ErasureIndex(store);
  }

  /**
   * Opens the seals of records. Pruned records and records that are not events give `undefined`.
   *
   * @throws {FatalError} `seal_damaged` when a seal is neither readable nor erased
   */
  async open(tenant: string, rows: readonly StoredRecord[]): Promise<readonly (OpenedEvent | undefined)[]> {
    const kids = new Set<string>();
    for (const row of rows) for (const { kid } of row.seals) kids.add(kid);
    const keys = kids.size === 0 ? new Map<string, ReadingKey>() : await this.#keys.keysByKid(tenant, kids);
    return rows.map((row) => {
      if (row.text === undefined) return undefined;
      // Checked when it was written; whether it is still the same bytes is the verifier's question.
      const record = JSON.parse(row.text) as LedgerRecord;
      return record.type === 'event' ? this.#openSeals(row, record, keys) : undefined;
    });
  }

  /** The views of events, in order; rows that hold no event are left out. */
  async views(
    tenant: string,
    rows: readonly StoredRecord[],
    options: { readonly personal: boolean },
  ): Promise<readonly EventView[]> {
    const opened = await this.open(tenant, rows);
    const views: EventView[] = [];
    for (const [i, event] of opened.entries()) {
      if (event === undefined) continue;
      views.push(await this.#view(tenant, event, rows[i] as StoredRecord, options.personal));
    }
    return views;
  }

  async #view(tenant: string, event: OpenedEvent, row: StoredRecord, personal: boolean): Promise<EventView> {
    const { record, members, erasedSubs } = event;
    const data = personal && members.length > 0 ? mergePersonal(record.data, members) : record.data;
    const view: Record<string, unknown> = {
      ...data,
      seq: record.seq,
      recorded_at: record.at,
      hash: bytesToHex(row.leafHash),
      prev_hash: record.prev,
    };
    if (!personal && members.length > 0) view.redacted = redactedPointers(members);
    if (erasedSubs.length > 0) {
      view.erased = await Promise.all(
        erasedSubs.map(async (sub) => ({ sub, seq: await this.#erasedAt(tenant, sub, record.seq) })),
      );
    }
    return view as unknown as EventView;
  }

  #openSeals(row: StoredRecord, record: LedgerRecord, keys: ReadonlyMap<string, ReadingKey>): OpenedEvent {
    const members: SealedMembers[] = [];
    const erasedSubs: string[] = [];
    record.seals.forEach(({ cm, sub }, index) => {
      const seal = row.seals[index];
      const key = seal === undefined ? undefined : keys.get(seal.kid);
      if (seal === undefined || key?.kind === 'destroyed') {
        erasedSubs.push(sub);
        return;
      }
      const additionalData = sealAdditionalData({
        origin: record.log,
        seq: record.seq,
        index,
        sub,
        kid: seal.kid,
        cmHex: cm,
      });
      const opened =
        key === undefined
          ? undefined
          : openEnvelope(this.#crypto, { key: key.key, envelope: seal.envelope, additionalData });
      if (opened === undefined) throw damaged(record.seq, index);
      // Authentic, because it opened: only who has the key can have written it. Its form is the verifier's question.
      members.push(JSON.parse(opened.payload) as SealedMembers);
    });
    return { record, members, erasedSubs };
  }

  async #erasedAt(tenant: string, sub: string, seq: number): Promise<number> {
    const erasedAt = await this.#erasures.erasedAt(tenant, sub);
    if (erasedAt === undefined) throw damaged(seq, 0);
    return erasedAt;
  }
}

/** The whole event as it was sent, or `undefined` when a part of it was erased. */
export function wholeEvent(event: OpenedEvent): JsonObject | undefined {
  return event.erasedSubs.length > 0 ? undefined : mergePersonal(event.record.data, event.members);
}

function damaged(seq: number, index: number): FatalError {
  return new FatalError(
    'seal_damaged',
    `seal ${index} of record ${seq} can neither be opened nor was it erased: run attestry verify to see the damage`,
  );
}
