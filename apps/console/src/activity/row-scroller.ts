import type { RowSpace } from './row-space.ts';

/** Height of an element at most: Chromium ends elements near 33 million pixels, Firefox near 18 million. */
const ELEMENT_PX_MAX = 8_000_000;
/** At both ends of a list that is higher than that, a pixel of the scroll bar is a pixel of the list. */
const PLAIN_PX = 1_000_000;
/** A wheel, a key or a finger moves less between two frames; this is the scroll bar, or a key to an end. */
const JUMP_PX_MIN = 5_000;
/** So near to an end of the scroll bar, it has to stand where it belongs. */
const EDGE_PX = 20_000;

/** Which rows are to be there, and how far their places in the element are from those in the list. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
  /** The first one that is in view. */
  readonly top: number;
  readonly shiftPx: number;
}

/**
 * Moves through a list of any height in an element of a height that browsers can show. While somebody turns the wheel or
 * walks, the list moves by as many pixels as the element does; when the scroll bar is drawn, both are at the same share
 * of their height; and when nothing moves, the scroll bar is put where it belongs, which nobody sees.
 */
export class RowScroller {
  #space: RowSpace;
  #viewPx = 0;
  /** Where the view begins in the list. */
  #topPx = 0;
  /** Where it begins in the element. */
  #barPx = 0;

  constructor(space: RowSpace) {
    this.#space = space;
  }

  /** Height of the element. */
  static elementPx(space: RowSpace): number {
    return Math.min(space.height, ELEMENT_PX_MAX);
  }

  /** The first row that is whole in view, below a heading that stays at the top. */
  get firstWhole(): number {
    const { rowHeight, headingHeight } = this.#space.options;
    const px = this.#topPx + headingHeight;
    const row = this.#space.rowAt(px);
    return this.#space.top(row + 1) - rowHeight < px ? row + 1 : row;
  }

  resize(viewPx: number): void {
    this.#viewPx = viewPx;
  }

  window(overscan: number): RowWindow {
    const { rows } = this.#space.options;
    const top = this.#space.rowAt(this.#topPx);
    return {
      top,
      first: Math.max(0, top - overscan),
      last: Math.min(rows - 1, this.#space.rowAt(this.#topPx + this.#viewPx) + overscan),
      shiftPx: this.#topPx - this.#barPx,
    };
  }

  /** The element was scrolled. */
  scrolled(barPx: number): void {
    const by = barPx - this.#barPx;
    this.#barPx = barPx;
    this.#setTop(Math.abs(by) > JUMP_PX_MIN ? this.#listPx(barPx) : this.#topPx + by);
  }

  /** The list is another one: what is in view stays where it is, its rows renumbered by `moved`. */
  change(space: RowSpace, moved: number): void {
    const row = this.#space.rowAt(this.#topPx);
    const intoPx = this.#topPx - this.#space.top(row);
    this.#space = space;
    this.#setTop(space.top(row + moved) + intoPx);
  }

  /** Whether the scroll bar is near an end of which the list is further away, or beyond it. */
  get isAtWrongEdge(): boolean {
    const distancePx = Math.min(this.#barPx, this.#barMax - this.#barPx);
    return distancePx < EDGE_PX && Math.abs(this.#barOf(this.#topPx) - this.#barPx) >= 1;
  }

  /** Where the scroll bar belongs. The element has to be scrolled there, and then `placed` told. */
  get barPx(): number {
    return this.#barOf(this.#topPx);
  }

  /** The element was scrolled to where the scroll bar belongs, or as near as it can. */
  placed(barPx: number): void {
    this.#barPx = barPx;
  }

  /** Shows a row: as near to where the view is as possible, or in its middle. */
  show(row: number, align: 'near' | 'middle'): void {
    const { rowHeight, headingHeight } = this.#space.options;
    const endPx = this.#space.top(row + 1);
    const startPx = endPx - rowHeight;
    if (align === 'middle') this.#setTop(startPx - (this.#viewPx - rowHeight) / 2);
    else if (startPx - headingHeight < this.#topPx) this.#setTop(startPx - headingHeight);
    else if (endPx > this.#topPx + this.#viewPx) this.#setTop(endPx - this.#viewPx);
  }

  get #listMax(): number {
    return Math.max(0, this.#space.height - this.#viewPx);
  }

  get #barMax(): number {
    return Math.max(0, RowScroller.elementPx(this.#space) - this.#viewPx);
  }

  /** Whole pixels apart from the scroll bar, so that no text stands between two of them. */
  #setTop(px: number): void {
    const topPx = Math.max(0, Math.min(this.#listMax, px));
    this.#topPx = this.#barPx + Math.round(topPx - this.#barPx);
  }

  #listPx(barPx: number): number {
    const [bar, list] = [this.#barMax, this.#listMax];
    if (list <= bar || barPx <= PLAIN_PX) return barPx;
    if (barPx >= bar - PLAIN_PX) return list - (bar - barPx);
    return PLAIN_PX + ((barPx - PLAIN_PX) * (list - 2 * PLAIN_PX)) / (bar - 2 * PLAIN_PX);
  }

  #barOf(listPx: number): number {
    const [bar, list] = [this.#barMax, this.#listMax];
    if (list <= bar || listPx <= PLAIN_PX) return Math.round(listPx);
    if (listPx >= list - PLAIN_PX) return Math.round(bar - (list - listPx));
    return Math.round(PLAIN_PX + ((listPx - PLAIN_PX) * (bar - 2 * PLAIN_PX)) / (list - 2 * PLAIN_PX));
  }
}
