import type { LedgerRecord } from '../record/ledger-record.ts';

const GENERATION_SUFFIX = /\/g([1-9][0-9]*)$/;

/**
 * Under which origin the log goes at the place where the verifier stands. When an operator accepts a rollback, the log
 * goes on over the same tree as `<origin>/g2`, then `/g3`: the record that begins a generation is a `genesis` that
 * names the state it continues, and everything before it keeps its origin.
 */
export class Generations {
  readonly #last: string;
  #current: string;

  /** @param origin the configured origin, which is that of the last generation */
  constructor(origin: string) {
    this.#last = origin;
    this.#current = origin.replace(GENERATION_SUFFIX, '');
  }

  /** Origin of the records and checkpoints at this place. */
  get current(): string {
    return this.#current;
  }

  /** Whether the log ever began anew; then only a walk from the first record knows its origins. */
  get isSingle(): boolean {
    return this.#last === this.#current;
  }

  /**
   * Takes a genesis record after the first one.
   *
   * @param rootHex root of the records before it, `undefined` when it cannot be computed
   * @returns what is wrong with it, or `undefined` when a new generation begins here
   */
  begin(seq: number, record: LedgerRecord, rootHex: string | undefined): string | undefined {
    const next = this.#next();
    const previous = record.data.previous as Readonly<Record<string, unknown>> | undefined;
    if (record.log !== next || typeof previous !== 'object' || previous === null) {
      return 'a genesis record that neither is the first nor begins the next generation';
    }
    if (previous.origin !== this.#current || previous.size !== seq) {
      return 'the record that begins a generation does not continue the log before it';
    }
    if (rootHex !== undefined && previous.root !== rootHex) {
      return 'the record that begins a generation names another tree than that of the records before it';
    }
    this.#current = next;
    return undefined;
  }

  #next(): string {
    const suffix = GENERATION_SUFFIX.exec(this.#current);
    if (suffix === null) return `${this.#current}/g2`;
    return `${this.#current.slice(0, suffix.index)}/g${Number(suffix[1]) + 1}`;
  }
}
