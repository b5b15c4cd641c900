import { describe, expect, test } from 'vitest';
import { RowScroller } from './row-scroller.ts';
import { RowSpace } from './row-space.ts';

const VIEW_PX = 700;

const spaceOf = (rows: number, headed: readonly number[] = [0]): RowSpace =>
  new RowSpace({ rows, rowHeight: 36, headed, headingHeight: 32, endHeight: 52 });

/** An element as a browser scrolls it, with a scroller in it. */
class Scrolled {
  #space: RowSpace;
  readonly scroller: RowScroller;
  barPx = 0;

  constructor(space: RowSpace) {
    this.#space = space;
    this.scroller = new RowScroller(space);
    this.scroller.resize(VIEW_PX);
  }

  get barMax(): number {
    return RowScroller.elementPx(this.#space) - VIEW_PX;
  }

  /** Where in the list the view begins. */
  get listPx(): number {
    return this.barPx + this.scroller.window(0).shiftPx;
  }

  to(barPx: number): void {
    this.barPx = Math.max(0, Math.min(this.barMax, barPx));
    this.scroller.scrolled(this.barPx);
    if (this.scroller.isAtWrongEdge) this.rest();
  }

  rest(): void {
    this.barPx = this.scroller.barPx;
    this.scroller.placed(this.barPx);
  }

  change(space: RowSpace, moved: number): void {
    this.#space = space;
    this.scroller.change(space, moved);
  }
}

test.each([10, 1_000, 222_000, 1_000_000, 40_000_000])('in %i rows each place has its row', (rows) => {
  const space = spaceOf(rows, [0, 3, Math.floor(rows / 2), rows - 1]);
  for (const row of [0, 1, 3, Math.floor(rows / 2), rows - 1]) {
    expect(space.rowAt(space.top(row))).toBe(row);
    expect(space.rowAt(space.top(row) + space.size(row) - 1)).toBe(row);
  }
  expect(space.height).toBe(rows * 36 + 4 * 32 + 52);
});

describe.each([1_000, 1_000_000, 40_000_000])('a list of %i rows', (rows) => {
  const space = spaceOf(rows);

  test('moves as far as the wheel turns, and reaches both ends', () => {
    const view = new Scrolled(space);
    for (const start of [0, 0.3, 0.5, 0.9]) {
      view.to(Math.round(view.barMax * start));
      for (const by of [400, 400, -400, -400, -400]) {
        const before = view.listPx;
        view.to(view.barPx + by);
        const atEnd = view.listPx === 0 || view.listPx === space.height - VIEW_PX;
        if (!atEnd) expect(view.listPx - before).toBe(by);
        const place = view.listPx;
        view.rest();
        expect(Math.abs(view.listPx - place)).toBeLessThanOrEqual(0.5);
      }
    }
    view.to(view.barMax);
    expect(view.scroller.window(0).last).toBe(rows - 1);
    expect(view.listPx).toBe(space.height - VIEW_PX);
    view.to(0);
    expect(view.scroller.window(0)).toMatchObject({ first: 0, shiftPx: 0 });
  });

  test('is walked through its ends by the wheel alone', () => {
    const view = new Scrolled(space);
    view.to(view.barMax);
    for (let turn = 0; turn < 200; turn += 1) view.to(view.barPx - 400);
    const before = view.listPx;
    for (let turn = 0; turn < 300; turn += 1) view.to(view.barPx + 400);
    expect(view.listPx).toBe(space.height - VIEW_PX);
    expect(before).toBe(Math.max(0, space.height - VIEW_PX - 200 * 400));
  });

  test('keeps what is in view when rows are renumbered', () => {
    const view = new Scrolled(space);
    view.to(Math.round(view.barMax / 2));
    const { top } = view.scroller.window(0);
    const into = view.listPx - space.top(top);
    const next = spaceOf(rows, [0, 1, 2, top - 3]);
    view.change(next, 7);
    expect(view.scroller.window(0).top).toBe(top + 7);
    expect(Math.abs(view.listPx - next.top(top + 7) - into)).toBeLessThan(1);
    view.rest();
    expect(view.scroller.window(0).top).toBe(top + 7);
  });

  test('shows a row that is asked for', () => {
    const view = new Scrolled(space);
    for (const row of [rows - 1, Math.floor(rows / 3), 5]) {
      view.scroller.show(row, 'middle');
      view.rest();
      const { top, last } = view.scroller.window(0);
      expect([row, top <= row && row <= last]).toEqual([row, true]);
    }
  });
});
