/** Events of a span of time. */
export interface TimeBar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** So few events of a span are as good as at hand. */
const BAR_ROWS_MIN = 200;

/**
 * About when the events of a list happened, by their row, and the other way round: as exact as the bars that are known.
 * Where that is too coarse, a bar is replaced by finer ones.
 */
export class RowTimes {
  readonly #order: 'asc' | 'desc';
  /** In the order of the list. */
  #bars: readonly TimeBar[];

  constructor(bars: readonly TimeBar[], order: 'asc' | 'desc') {
    this.#order = order;
    this.#bars = this.#sorted(bars);
  }

  get rows(): number {
    return this.#bars.reduce((sum, { count }) => sum + count, 0);
  }

  timeAt(row: number): number | undefined {
    const found = this.#barAt(row);
    if (found === undefined) return undefined;
    const { bar, first } = found;
    const share = Math.max(0, Math.min(1, (row - first) / bar.count));
    const [startMs, endMs] = this.#ends(bar);
    return Math.round(startMs + share * (endMs - startMs));
  }

  rowAt(timeMs: number): number {
    let row = 0;
    for (const bar of this.#bars) {
      const [startMs, endMs] = this.#ends(bar);
      const share = (timeMs - startMs) / (endMs - startMs || 1);
      if (share < 1) return row + Math.round(Math.max(0, share) * bar.count);
      row += bar.count;
    }
    return row;
  }

  /** The span in which a row is, when it is too coarse to say where. */
  coarseAt(row: number, finestMs: number): TimeBar | undefined {
    const bar = this.#barAt(row)?.bar;
    const isFine = bar === undefined || bar.count <= BAR_ROWS_MIN || bar.toMs - bar.fromMs <= finestMs;
    return isFine ? undefined : bar;
  }

  refine(bar: TimeBar, finer: readonly TimeBar[]): void {
    this.#bars = this.#bars.flatMap((one) => (one === bar ? this.#sorted(finer) : [one]));
  }

  #sorted(bars: readonly TimeBar[]): readonly TimeBar[] {
    const by = this.#order === 'asc' ? 1 : -1;
    return bars.filter(({ count }) => count > 0).toSorted((a, b) => by * (a.fromMs - b.fromMs));
  }

  #barAt(row: number): { readonly bar: TimeBar; readonly first: number } | undefined {
    let first = 0;
    for (const bar of this.#bars) {
      if (row < first + bar.count) return { bar, first };
      first += bar.count;
    }
    const last = this.#bars.at(-1);
    return last === undefined ? undefined : { bar: last, first: first - last.count };
  }

  /** The times of a bar's first and last row. */
  #ends({ fromMs, toMs }: TimeBar): readonly [number, number] {
    return this.#order === 'asc' ? [fromMs, toMs - 1] : [toMs - 1, fromMs];
  }
}
