import { NOTE_ALGORITHM, parseVkey } from '../checkpoint/verifier-key.ts';
import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/byte-sequence.ts';
import type { LedgerRecord } from '../record/ledger-record.ts';
import type { FindingSink } from './finding.ts';
import type { Generations } from './generations.ts';

/**
 * The keys that a log has signed with: the genesis record names the first, each `key` record the next. The old key
 * signs the first checkpoint that covers the record naming the new one, so that a key cannot appoint itself; it counts
 * until the new one has signed for the first time. A new generation of the log names the same key under its new origin.
 */
export class KeyHistory {
  readonly #crypto: CryptoProvider;
  readonly #sink: FindingSink;
  readonly #generations: Generations;
  readonly #pinned: string | undefined;
  #current: string | undefined;
  /** Named by a record; `covered` once the old key has signed a checkpoint over that record. */
  #next: { readonly seq: number; readonly vkey: string; covered: boolean } | undefined;
  #pinSeen = false;
  #candidateSize = 0;

  constructor(
    crypto: CryptoProvider,
    sink: FindingSink,
    trust: { generations: Generations; vkey: string | undefined },
  ) {
    this.#crypto = crypto;
    this.#sink = sink;
    this.#generations = trust.generations;
    this.#pinned = trust.vkey;
  }

  /** Keys by which a checkpoint of this size may be signed; a log without a readable genesis falls back to the trusted one. */
  candidates(size: number): readonly string[] {
    const key = this.#current ?? this.#pinned;
    const current = key === undefined ? [] : [key];
    this.#candidateSize = size;
    return this.#next?.covered === true ? [this.#next.vkey, ...current] : current;
  }

  /** Takes note of the keys that records name. Only `genesis` and `key` records matter. */
  onRecord(seq: number, record: LedgerRecord): void {
    const vkey = record.data.vkey;
    if ((record.type !== 'genesis' && record.type !== 'key') || typeof vkey !== 'string') return;
    const wrong = this.#defect(vkey);
    if (wrong !== undefined) {
      this.#sink.add({
        code: record.type === 'genesis' ? 'GENESIS' : 'SCHEMA',
        seq,
        field: 'vkey',
        detail: wrong,
      });
      return;
    }
    if (vkey === this.#pinned) this.#pinSeen = true;
    if (record.type === 'key') this.#next = { seq, vkey, covered: false };
    else if (this.#current === undefined) this.#current = vkey;
    else if (seq > 0) this.#renamed(seq, vkey);
  }

  /** Says by which of the candidates a checkpoint was signed. */
  onSigned(vkey: string): void {
    const next = this.#next;
    if (next === undefined) return;
    if (next.covered && vkey === next.vkey) {
      this.#current = next.vkey;
      this.#next = undefined;
    } else if (next.seq < this.#candidateSize) {
      next.covered = true;
    }
  }

  /** Reports when the trusted key is none of the log's. Call once, after all records that were to be read. */
  finish(): void {
    if (this.#pinned === undefined || this.#pinSeen) return;
    this.#sink.add({
      code: 'GENESIS',
      seq: 0,
      field: 'vkey',
      detail: 'the trusted key of this log is none of the keys that its records name',
    });
  }

  /** A new generation keeps its key: otherwise whoever can write records could appoint a key of his own. */
  #renamed(seq: number, vkey: string): void {
    const known = [this.#current, this.#next?.vkey].filter((key) => key !== undefined);
    const bytes = parseVkey(this.#crypto, vkey).publicKey;
    const same = known.find((key) => equalBytes(parseVkey(this.#crypto, key).publicKey, bytes));
    if (same !== undefined) {
      this.#current = vkey;
      this.#next = undefined;
      return;
    }
    const detail = 'a new generation of the log names a key that the log did not have before';
    this.#sink.add({ code: 'GENESIS', seq, field: 'vkey', detail });
  }

  #defect(vkey: string): string | undefined {
    try {
      const key = parseVkey(this.#crypto, vkey);
      if (key.algorithm !== NOTE_ALGORITHM.ed25519) return 'the key of a log must be an Ed25519 key';
      return key.name === this.#generations.current
        ? undefined
        : `the key is named ${key.name}, not like the log`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
