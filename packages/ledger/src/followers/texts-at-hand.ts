import type { LogHead } from '../ports/ledger-store.ts';
import type { SearchableTexts, SearchTexts } from './search-text.ts';

/**
 * Texts of records that follow each other in a log, handed over as they are committed. One block of bytes, because it
 * moves between threads as it is and is no garbage of theirs.
 */
export interface TextRun {
  readonly tenant: string;
  /** First record of the run. */
  readonly from: number;
  /** Leaf hash of its last record. */
  readonly lastHash: Uint8Array;
  /** Two for each record, bytes of its open and of its sealed text; -1 and 0 for a record that is not an event. */
  readonly lengths: Int32Array;
  /** The texts one after the other, UTF-8. */
  readonly bytes: Uint8Array;
}

/**
 * Makes a run of the texts of the last records of a log.
 *
 * @param texts one per record; `undefined` stands for a record that is not an event
 */
export function textRun(
  head: Pick<LogHead, 'tenant' | 'size' | 'lastHash'>,
  texts: readonly (SearchTexts | undefined)[],
): TextRun {
  const lengths = new Int32Array(2 * texts.length);
  let total = 0;
  for (const [i, text] of texts.entries()) {
    const open = text === undefined ? -1 : Buffer.byteLength(text.open);
    const sealed = text === undefined ? 0 : Buffer.byteLength(text.sealed);
    lengths[2 * i] = open;
    lengths[2 * i + 1] = sealed;
    total += Math.max(0, open) + sealed;
  }
  const bytes = Buffer.from(new ArrayBuffer(total));
  let offset = 0;
  for (const text of texts) {
    if (text === undefined) continue;
    offset += bytes.write(text.open, offset);
    offset += bytes.write(text.sealed, offset);
  }
  const { tenant, size, lastHash } = head;
  return { tenant, from: size - texts.length, lastHash, lengths, bytes };
}

/** What was taken out of a run. */
export interface TakenTexts {
  readonly texts: readonly SearchableTexts[];
  /** First record after them. */
  readonly next: number;
  /** Leaf hash of the record before `next`. */
  readonly lastHash: Uint8Array;
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

  /** Lets go of all of them. */
  clear(): void {
    for (const runs of this.#runs.values()) for (const { bytes } of runs) this.#release(bytes.length);
    this.#runs.clear();
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
    const texts: SearchableTexts[] = [];
    let next = from;
    let lastHash: Uint8Array | undefined;
    let taken = 0;
    for (const run of runs) {
      const end = run.from + run.lengths.length / 2;
      if (run.from > next || (next > from && end - from > limit)) break;
      addTexts(texts, run, next);
      if (end > next) {
        next = end;
        lastHash = run.lastHash;
      }
      taken += 1;
    }
    for (const run of runs.splice(0, taken)) this.#release(run.bytes.length);
    if (runs.length === 0) this.#runs.delete(tenant);
    return lastHash === undefined ? undefined : { texts, next, lastHash };
  }
}

/** Cuts out the texts of a run, those before `from` left out. */
function addTexts(texts: SearchableTexts[], run: TextRun, from: number): void {
  let offset = 0;
  for (let i = 0; i < run.lengths.length; i += 2) {
    const openBytes = run.lengths[i] as number;
    if (openBytes < 0) continue;
    const middle = offset + openBytes;
    const end = middle + (run.lengths[i + 1] as number);
    const seq = run.from + i / 2;
    if (seq >= from) {
      texts.push({ seq, open: run.bytes.subarray(offset, middle), sealed: run.bytes.subarray(middle, end) });
    }
    offset = end;
  }
}
