import type { SearchableText } from './search-text.ts';

/** Texts of records that follow each other in a log, handed over as they are committed. */
export interface TextRun {
  readonly tenant: string;
  /** First record of the run. */
  readonly from: number;
  /** One per record; `null` for a record that is not an event. */
  readonly texts: readonly (string | null)[];
}

/** What was taken out of a run. */
export interface TakenTexts {
  readonly texts: readonly SearchableText[];
  /** First record after them. */
  readonly next: number;
}

/**
 * Texts of fresh commits that wait to be indexed, so that their records need not be read back and opened. Only a
 * short cut: what is missing here is read from the ledger. Bounded by who hands them over, which counts what was
 * released.
 */
export class TextsAtHand {
  readonly #runs = new Map<string, TextRun[]>();
  readonly #release: (chars: number) => void;

  /** @param release told how many characters are not kept any more */
  constructor(release: (chars: number) => void) {
    this.#release = release;
  }

  add(run: TextRun): void {
    const runs = this.#runs.get(run.tenant);
    if (runs === undefined) this.#runs.set(run.tenant, [run]);
    else runs.push(run);
  }

  /**
   * Takes the texts from one record on, from runs that follow each other, and drops what lies before.
   *
   * @param from the first record that is not indexed yet
   * @param limit records at most, unless the first run alone has more
   * @returns `undefined` when that record is not at hand
   */
  take(tenant: string, from: number, limit: number): TakenTexts | undefined {
    const runs = this.#runs.get(tenant);
    if (runs === undefined) return undefined;
    const texts: SearchableText[] = [];
    let next = from;
    let taken = 0;
    for (const run of runs) {
      const end = run.from + run.texts.length;
      if (run.from > next || (next > from && end - from > limit)) break;
      for (let seq = next; seq < end; seq += 1) {
        const text = run.texts[seq - run.from];
        if (typeof text === 'string') texts.push({ seq, text });
      }
      next = Math.max(next, end);
      taken += 1;
    }
    for (const run of runs.splice(0, taken)) this.#release(charsOf(run));
    if (runs.length === 0) this.#runs.delete(tenant);
    return next === from ? undefined : { texts, next };
  }
}

/** Characters of a run, as its bound counts them. */
export function charsOf(run: TextRun): number {
  let chars = 0;
  for (const text of run.texts) chars += text?.length ?? 0;
  return chars;
}
