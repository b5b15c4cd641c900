import type { AesKey, CryptoProvider } from '../crypto/crypto-provider.ts';
import { bytesToHex } from '../encoding/hex.ts';
import { VERIFY_KEYS_CACHED_MAX } from '../limits.ts';
import type { LedgerRecord, SealRef } from '../record/ledger-record.ts';
import { sealCommitment } from '../seal/seal-commitment.ts';
import { openEnvelope, sealAdditionalData } from '../seal/seal-envelope.ts';
import type { FindingSink } from './finding.ts';
import type { RecordPlace } from './record-chain.ts';
import type { OpenedSeal } from './verify-options.ts';
import type { KeyAccess, SourceKey, SourceRow, SourceSeal } from './verify-source.ts';

/** Reads data keys; the verifier's guarded way to the source. */
export type ReadKeys = (by: 'kid' | 'sub', names: readonly string[]) => Promise<readonly SourceKey[]>;

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

const CLOSED: OpenedSeal = { kind: 'closed' };
const GONE: OpenedSeal = { kind: 'gone' };
const NO_SEALS: readonly OpenedSeal[] = [];

/**
 * Opens every envelope and compares it with what its record commits to, and matches what is gone with the erasure
 * records that follow. Keeps a bounded cache of keys and one small entry per erased subject.
 */
export class SealCheck {
  readonly #crypto: CryptoProvider;
  readonly #sink: FindingSink;
  readonly #readKeys: ReadKeys;
  readonly #keys = new Map<string, KeyAccess | undefined>();
  readonly #unexplained = new Map<string, Unexplained>();
  readonly #erased = new Map<string, number>();
  #erasuresToSettle: { readonly seq: number; readonly sub: string }[] = [];
  #checked = 0;
  #verified = 0;
  #sealed = 0;
  #lawfullyErased = 0;

  constructor(crypto: CryptoProvider, sink: FindingSink, readKeys: ReadKeys) {
    this.#crypto = crypto;
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

  /** Fetches the keys that the envelopes of these rows need, in one read. */
  async prepare(rows: readonly SourceRow[]): Promise<void> {
    let wanted = this.#unknownKeys(rows);
    if (wanted.size === 0) return;
    if (this.#keys.size + wanted.size > VERIFY_KEYS_CACHED_MAX) {
      // The keys that these rows need go with the others, so all of them are wanted now.
      this.#keys.clear();
      wanted = this.#unknownKeys(rows);
    }
    for (const kid of wanted) this.#keys.set(kid, undefined);
    for (const { kid, access } of await this.#readKeys('kid', [...wanted])) this.#keys.set(kid, access);
  }

  /** Checks the seals of one record. `record` is `undefined` for a row whose text is gone or is no record. */
  check(place: RecordPlace, record: LedgerRecord | undefined, row: SourceRow): readonly OpenedSeal[] {
    if (record === undefined) {
      if (row.text === undefined) this.#orphans(place, row.seals, 'the record of this envelope is gone');
      return NO_SEALS;
    }
    const refs = record.seals;
    if (refs.length === 0 && row.seals.length === 0) return NO_SEALS;
    this.#checked += refs.length;
    this.#checkRefs(place, refs);
    const envelopes = this.#assign(place, refs, row.seals);
    return refs.map((ref, index) =>
      this.#checkSeal({ ...place, origin: record.log }, ref, index, envelopes[index]),
    );
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

  #unknownKeys(rows: readonly SourceRow[]): Set<string> {
    const wanted = new Set<string>();
    for (const row of rows) {
      for (const { kid } of row.seals) {
        if (!this.#keys.has(kid)) wanted.add(kid);
      }
    }
    return wanted;
  }

  #checkRefs(place: RecordPlace, refs: readonly SealRef[]): void {
    for (const [index, { sub }] of refs.entries()) {
      if (refs.findIndex((ref) => ref.sub === sub) < index) {
        this.#sink.add({
          code: 'SEAL_DUP',
          ...place,
          detail: `the record has two seals of the subject ${sub}`,
        });
      }
      const erasedBy = this.#erased.get(sub);
      // A chunk is walked before its seals are checked, so the erasure may still lie ahead of this record.
      if (erasedBy !== undefined && erasedBy < place.seq) {
        this.#sink.add({
          code: 'SEAL_AFTER_ERASURE',
          ...place,
          detail: `the subject ${sub} was erased by record ${erasedBy}`,
        });
      }
    }
  }

  /** Gives each seal its envelope; what is left over belongs nowhere. */
  #assign(
    place: RecordPlace,
    refs: readonly SealRef[],
    seals: readonly SourceSeal[],
  ): (SourceSeal | undefined)[] {
    const envelopes: (SourceSeal | undefined)[] = new Array(refs.length).fill(undefined);
    const left = seals.filter((seal) => {
      const fits = refs[seal.index]?.sub === seal.sub && envelopes[seal.index] === undefined;
      if (fits) envelopes[seal.index] = seal;
      return !fits;
    });
    for (const seal of left) {
      if (envelopes.some((envelope) => envelope?.sub === seal.sub)) {
        const detail = `envelope ${seal.index} is a second one for the subject ${seal.sub}`;
        this.#sink.add({ code: 'SEAL_DUP', ...place, detail });
      } else {
        this.#orphans(place, [seal], 'the record has no such seal at this place');
      }
    }
    return envelopes;
  }

  #checkSeal(
    { origin, ...place }: RecordPlace & { readonly origin: string },
    ref: SealRef,
    index: number,
    seal: SourceSeal | undefined,
  ): OpenedSeal {
    if (seal === undefined) {
      this.#remember(ref.sub, place.seq, 'gone');
      return GONE;
    }
    const access = this.#keys.get(seal.kid);
    if (access?.kind === 'locked') {
      this.#sealed += 1;
      return CLOSED;
    }
    if (access?.kind !== 'key') {
      this.#remember(ref.sub, place.seq, 'keyless');
      return CLOSED;
    }
    const opened = this.#open(ref, { origin, seq: place.seq, index, seal, key: access.key });
    if (opened === undefined) {
      this.#sink.add({
        code: 'SEAL_DECRYPT',
        ...place,
        detail: `envelope ${index} does not open with its key at its place`,
      });
      return CLOSED;
    }
    if (bytesToHex(sealCommitment(this.#crypto, opened.r, opened.payload)) !== ref.cm) {
      this.#sink.add({
        code: 'SEAL_COMMITMENT',
        ...place,
        detail: `envelope ${index} holds something else than the record commits to`,
      });
      return CLOSED;
    }
    this.#verified += 1;
    return { kind: 'opened', payload: opened.payload };
  }

  #open(
    ref: SealRef,
    at: {
      readonly origin: string;
      readonly seq: number;
      readonly index: number;
      readonly seal: SourceSeal;
      readonly key: AesKey;
    },
  ): { readonly r: Uint8Array; readonly payload: string } | undefined {
    const { origin, seq, index } = at;
    const { kid, envelope } = at.seal;
    try {
      const additionalData = sealAdditionalData({
        origin,
        seq,
        index,
        sub: ref.sub,
        kid,
        cmHex: ref.cm,
      });
      return openEnvelope(this.#crypto, { key: at.key, envelope, additionalData });
    } catch (error) {
      // A key id with control characters was never written by a log, so it cannot be the one of this envelope.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
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

  #orphans(place: RecordPlace, seals: readonly SourceSeal[], why: string): void {
    for (const { index, sub } of seals) {
      this.#sink.add({
        code: 'SEAL_ORPHAN',
        ...place,
        detail: `envelope ${index} of the subject ${sub}: ${why}`,
      });
    }
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
