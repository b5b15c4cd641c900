import type { LedgerRecord } from '../record/ledger-record.ts';
import type { FindingSink } from './finding.ts';
import type { RecordPlace } from './record-chain.ts';
import type { RecordDetails } from './record-details.ts';
import type { ReadKeys } from './seal-opening.ts';

/** Seals of one subject that a later erasure record has to explain. */
interface Unexplained {
  /** Places whose envelope is gone, as far as they are remembered. */
  readonly gone: number[];
  goneTotal: number;
  /** Places whose envelope is there but whose key is not. */
  readonly keyless: number[];
  keylessTotal: number;
}

/** Places remembered per subject: enough to name them, bounded for a subject with a million records. */
const PLACES_REMEMBERED_MAX = 100;

/**
 * Matches seals that are gone with the erasure records that follow, and finds those that came after one. Keeps one
 * small entry per erased subject.
 */
export class SealCheck {
  readonly #sink: FindingSink;
  readonly #readKeys: ReadKeys;
  readonly #unexplained = new Map<string, Unexplained>();
  readonly #erased = new Map<string, number>();
  #erasuresToSettle: { readonly seq: number; readonly sub: string }[] = [];
  #checked = 0;
  #verified = 0;
  #sealed = 0;
  #lawfullyErased = 0;

  constructor(sink: FindingSink, readKeys: ReadKeys) {
    this.#sink = sink;
    this.#readKeys = readKeys;
  }

  /** Whether a record further on may still explain something. */
  get pending(): boolean {
    return this.#unexplained.size > 0;
  }

  /** Seals of records that were looked at. */
  get checked(): number {
    return this.#checked;
  }

  get counts(): { readonly verified: number; readonly sealed: number; readonly erased: number } {
    return { verified: this.#verified, sealed: this.#sealed, erased: this.#lawfullyErased };
  }

  /** Takes what was found of the seals of some records. */
  take({ seals, unexplained }: RecordDetails): void {
    this.#checked += seals.checked;
    this.#verified += seals.verified;
    this.#sealed += seals.sealed;
    for (const { sub, seq, what } of unexplained) this.#remember(sub, seq, what);
  }

  /** Compares the subjects of a record with the erasures before it. */
  checkOrder(place: RecordPlace, record: LedgerRecord | undefined): void {
    if (this.#erased.size === 0 || record === undefined) return;
    for (const { sub } of record.seals) {
      const erasedBy = this.#erased.get(sub);
      // A chunk is walked before its seals are checked, so the erasure may still lie ahead of this record.
      if (erasedBy === undefined || erasedBy >= place.seq) continue;
      const detail = `the subject ${sub} was erased by record ${erasedBy}`;
      this.#sink.add({ code: 'SEAL_AFTER_ERASURE', ...place, detail });
    }
  }

  /** Takes note of an erasure record; the seals before it are settled by `settle`. */
  onErasure(seq: number, record: LedgerRecord): void {
    const { sub } = record.data;
    if (record.type !== 'erasure' || typeof sub !== 'string') return;
    this.#erased.set(sub, seq);
    this.#erasuresToSettle.push({ seq, sub });
  }

  /** Decides about the seals of the subjects erased since the last call. Call after the rows up to there are checked. */
  async settle(): Promise<void> {
    const erasures = this.#erasuresToSettle;
    if (erasures.length === 0) return;
    this.#erasuresToSettle = [];
    const alive = new Set<string>();
    for (const { sub, access } of await this.#readKeys(
      'sub',
      erasures.map(({ sub }) => sub),
    )) {
      if (access.kind !== 'destroyed') alive.add(sub);
    }
    for (const { seq, sub } of erasures) {
      if (alive.has(sub)) {
        this.#sink.add({
          code: 'ERASURE_INCOMPLETE',
          seq,
          detail: `a data key of the erased subject ${sub} is still there`,
        });
      }
      const left = this.#unexplained.get(sub);
      if (left === undefined) continue;
      this.#unexplained.delete(sub);
      this.#lawfullyErased += left.goneTotal;
      this.#reportPlaces(
        'ERASURE_INCOMPLETE',
        left.keyless,
        left.keylessTotal,
        `an envelope of the subject ${sub}, erased by record ${seq}, is still there`,
      );
    }
  }

  /** Reports what no erasure record has explained. */
  finish(): void {
    for (const [sub, left] of this.#unexplained) {
      this.#reportPlaces(
        'SEAL_MISSING',
        left.gone,
        left.goneTotal,
        `the envelope of the subject ${sub} is gone, and no erasure record names it`,
      );
      this.#reportPlaces(
        'SEAL_KEY_MISSING',
        left.keyless,
        left.keylessTotal,
        `the data key of the subject ${sub} is gone, and no erasure record names it`,
      );
    }
    this.#unexplained.clear();
  }

  #remember(sub: string, seq: number, what: 'gone' | 'keyless'): void {
    let entry = this.#unexplained.get(sub);
    if (entry === undefined) {
      entry = { gone: [], goneTotal: 0, keyless: [], keylessTotal: 0 };
      this.#unexplained.set(sub, entry);
    }
    const places = entry[what];
    if (places.length < PLACES_REMEMBERED_MAX) places.push(seq);
    if (what === 'gone') entry.goneTotal += 1;
    else entry.keylessTotal += 1;
  }

  #reportPlaces(
    code: 'SEAL_MISSING' | 'SEAL_KEY_MISSING' | 'ERASURE_INCOMPLETE',
    places: readonly number[],
    total: number,
    detail: string,
  ): void {
    for (const seq of places) this.#sink.add({ code, seq, detail });
    const last = places.at(-1);
    if (total > places.length && last !== undefined) {
      this.#sink.add({
        code,
        seq: last,
        detail: `${detail}; so are ${total - places.length} after this record`,
      });
    }
  }
}
