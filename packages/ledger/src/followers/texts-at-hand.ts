import type { SearchableText } from './search-text.ts';

/**
 * Texts of records that follow each other in a log, handed over as they are committed. One block of bytes, because it
 * moves between threads as it is and is no garbage of theirs.
 */
export interface TextRun {
  readonly tenant: string;
  /** First record of the run. */
  readonly from: number;
  /** Bytes of each record's text; -1 for a record that is not an event. */
  readonly lengths: Int32Array;
  /** The texts one after the other, UTF-8. */
  readonly bytes: Uint8Array;
}

/** Makes a run of the texts of records; `undefined` stands for a record that is not an event. */
export function textRun(tenant: string, from: number, texts: readonly (string | undefined)[]): TextRun {
  const lengths = Int32Array.from(texts, (text) => (text === undefined ? -1 : Buffer.byteLength(text)));
  let total = 0;
  for (const length of lengths) total += Math.max(0, length);
  const bytes = Buffer.from(new ArrayBuffer(total));
  let offset = 0;
  for (const text of texts) if (text !== undefined) offset += bytes.write(text, offset);
  return { tenant, from, lengths, bytes };
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
  readonly #release: (bytes: number) => void;

  /** @param release told how many bytes are not kept any more */
  constructor(release: (bytes: number) => void) {
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
      const end = run.from + run.lengths.length;
      if (run.from > next || (next > from && end - from > limit)) break;
      addTexts(texts, run, next);
      next = Math.max(next, end);
      taken += 1;
    }
    for (const run of runs.splice(0, taken)) this.#release(run.bytes.length);
    if (runs.length === 0) this.#runs.delete(tenant);
    return next === from ? undefined : { texts, next };
  }
}

/** Cuts out the texts of a run, those before `from` left out. */
function addTexts(texts: SearchableText[], run: TextRun, from: number): void {
  let offset = 0;
  for (let i = 0; i < run.lengths.length; i += 1) {
    const length = run.lengths[i] as number;
    if (length < 0) continue;
    if (run.from + i >= from) {
      texts.push({ seq: run.from + i, text: run.bytes.subarray(offset, offset + length) });
    }
    offset += length;
  }
}
