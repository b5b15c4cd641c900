/** What decides where rows lie. */
export interface RowSpaceOptions {
  readonly rows: number;
  readonly rowHeight: number;
  /** Rows with a heading above them, ascending. */
  readonly headed: readonly number[];
  readonly headingHeight: number;
  /** What follows the last row. */
  readonly endHeight: number;
}

/** Where each of many rows lies in pixels, found by computing alone: nothing is kept per row. */
export class RowSpace {
  readonly options: RowSpaceOptions;

  constructor(options: RowSpaceOptions) {
    this.options = options;
  }

  /** Height of everything. */
  get height(): number {
    return this.top(this.options.rows) + this.options.endHeight;
  }

  /** Where a row begins; its heading is part of it. */
  top(row: number): number {
    const { rowHeight, headingHeight, headed } = this.options;
    return row * rowHeight + headingHeight * countBelow(headed, row);
  }

  /** How high a row is, with its heading. */
  size(row: number): number {
    return this.top(row + 1) - this.top(row);
  }

  /** The row at a place; the first and the last one for what lies outside. */
  rowAt(px: number): number {
    let [low, high] = [0, Math.max(0, this.options.rows - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.top(middle) <= px) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** How many of ascending numbers are smaller than a bound. */
function countBelow(ascending: readonly number[], bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
