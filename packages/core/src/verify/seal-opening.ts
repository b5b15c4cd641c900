import type { AesKey, CryptoProvider } from '../crypto/crypto-provider.ts';
import { bytesToHex } from '../encoding/hex.ts';
import { VERIFY_KEYS_CACHED_MAX } from '../limits.ts';
import type { LedgerRecord, SealRef } from '../record/ledger-record.ts';
import { sealCommitment } from '../seal/seal-commitment.ts';
import { openEnvelope, sealAdditionalData } from '../seal/seal-envelope.ts';
import type { RecordPlace } from './record-chain.ts';
import type { DetailTally } from './record-details.ts';
import type { OpenedSeal } from './verify-options.ts';
import type { KeyAccess, SourceKey, SourceRow, SourceSeal } from './verify-source.ts';

/** Reads data keys. */
export type ReadKeys = (by: 'kid' | 'sub', names: readonly string[]) => Promise<readonly SourceKey[]>;

const CLOSED: OpenedSeal = { kind: 'closed' };
const GONE: OpenedSeal = { kind: 'gone' };
const NO_SEALS: readonly OpenedSeal[] = [];

/**
 * Opens every envelope and compares it with what its record commits to. Each record by itself: what is gone has to be
 * explained by records that follow. Keeps a bounded cache of keys.
 */
export class SealOpening {
  readonly #crypto: CryptoProvider;
  readonly #readKeys: ReadKeys;
  readonly #keys = new Map<string, KeyAccess | undefined>();

  constructor(crypto: CryptoProvider, readKeys: ReadKeys) {
    this.#crypto = crypto;
    this.#readKeys = readKeys;
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

  /** Opens the seals of one record. `record` is `undefined` for a row whose text is gone or is no record. */
  open(
    place: RecordPlace,
    record: LedgerRecord | undefined,
    row: SourceRow,
    tally: DetailTally,
  ): readonly OpenedSeal[] {
    if (record === undefined) {
      if (row.text === undefined) orphans(tally, place, row.seals, 'the record of this envelope is gone');
      return NO_SEALS;
    }
    const refs = record.seals;
    if (refs.length === 0 && row.seals.length === 0) return NO_SEALS;
    tally.seals.checked += refs.length;
    checkDoubles(tally, place, refs);
    const envelopes = assign(tally, place, refs, row.seals);
    return refs.map((ref, index) =>
      this.#openSeal({ place, origin: record.log, tally }, ref, index, envelopes[index]),
    );
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

  #openSeal(
    {
      place,
      origin,
      tally,
    }: { readonly place: RecordPlace; readonly origin: string; readonly tally: DetailTally },
    ref: SealRef,
    index: number,
    seal: SourceSeal | undefined,
  ): OpenedSeal {
    if (seal === undefined) {
      tally.unexplained.push({ sub: ref.sub, seq: place.seq, what: 'gone' });
      return GONE;
    }
    const access = this.#keys.get(seal.kid);
    if (access?.kind === 'locked') {
      tally.seals.sealed += 1;
      return CLOSED;
    }
    if (access?.kind !== 'key') {
      tally.unexplained.push({ sub: ref.sub, seq: place.seq, what: 'keyless' });
      return CLOSED;
    }
    const opened = this.#openEnvelope(ref, { origin, seq: place.seq, index, seal, key: access.key });
    if (opened === undefined) {
      tally.findings.push({
        code: 'SEAL_DECRYPT',
        ...place,
        detail: `envelope ${index} does not open with its key at its place`,
      });
      return CLOSED;
    }
    if (bytesToHex(sealCommitment(this.#crypto, opened.r, opened.payload)) !== ref.cm) {
      tally.findings.push({
        code: 'SEAL_COMMITMENT',
        ...place,
        detail: `envelope ${index} holds something else than the record commits to`,
      });
      return CLOSED;
    }
    tally.seals.verified += 1;
    return { kind: 'opened', payload: opened.payload };
  }

  #openEnvelope(
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
}

/** A record names each subject once. */
function checkDoubles(tally: DetailTally, place: RecordPlace, refs: readonly SealRef[]): void {
  for (let index = 1; index < refs.length; index += 1) {
    const { sub } = refs[index] as SealRef;
    if (refs.findIndex((ref) => ref.sub === sub) === index) continue;
    const detail = `the record has two seals of the subject ${sub}`;
    tally.findings.push({ code: 'SEAL_DUP', ...place, detail });
  }
}

/** Gives each seal its envelope; what is left over belongs nowhere. */
function assign(
  tally: DetailTally,
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
      tally.findings.push({ code: 'SEAL_DUP', ...place, detail });
    } else {
      orphans(tally, place, [seal], 'the record has no such seal at this place');
    }
  }
  return envelopes;
}

function orphans(tally: DetailTally, place: RecordPlace, seals: readonly SourceSeal[], why: string): void {
  for (const { index, sub } of seals) {
    tally.findings.push({
      code: 'SEAL_ORPHAN',
      ...place,
      detail: `envelope ${index} of the subject ${sub}: ${why}`,
    });
  }
}
