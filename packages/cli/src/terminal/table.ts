import stringWidth from 'string-width';
import { plainText } from './plain-text.ts';

export interface Column<Row> {
  readonly title: string;
  /** Untrusted text is fine: the table makes it safe. */
  readonly value: (row: Row) => string;
  readonly paint?: (text: string, row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Columns with the highest number go first when the terminal is narrow. 0 stays always. */
  readonly dropOrder?: number;
  /** May be shortened down to this width, with an ellipsis. */
  readonly widthMin?: number;
  /** How to shorten, when not by an ellipsis. */
  readonly shorten?: (text: string, width: number) => string;
}

const GAP = 2;

/**
 * Lays rows out for a width in columns.
 *
 * Shortens the columns that allow it, then drops columns by `dropOrder`; what still does not fit is cut at the edge,
 * never wrapped, so that one event is one line.
 */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: { readonly width: number; readonly paintTitle: (text: string) => string },
): string {
  const cells = new Map<Column<Row>, string[]>();
  for (const column of columns)
    cells.set(
      column,
      rows.map((row) => plainText(column.value(row))),
    );
  const { kept, widths } = fit(columns, cells, options.width);
  const lines = [
    kept.map((column, i) =>
      options.paintTitle(pad(shorten(column.title, widths[i] ?? 0), widths[i] ?? 0, column.align)),
    ),
  ];
  rows.forEach((row, rowIndex) => {
    lines.push(
      kept.map((column, i) => {
        const cut = column.shorten ?? shorten;
        const text = cut(cells.get(column)?.[rowIndex] ?? '', widths[i] ?? 0);
        const padded = pad(text, widths[i] ?? 0, column.align);
        return column.paint === undefined || text === ''
          ? padded
          : padded.replace(text, () => column.paint?.(text, row) ?? text);
      }),
    );
  });
  return lines.map((parts) => parts.join(' '.repeat(GAP)).trimEnd()).join('\n');
}

function fit<Row>(
  columns: readonly Column<Row>[],
  cells: ReadonlyMap<Column<Row>, readonly string[]>,
  width: number,
): { kept: readonly Column<Row>[]; widths: number[] } {
  const natural = (column: Column<Row>): number =>
    (cells.get(column) ?? []).reduce(
      (max, cell) => Math.max(max, stringWidth(cell)),
      stringWidth(column.title),
    );
  let kept = columns.filter(
    (column) => (column.dropOrder ?? 0) === 0 || (cells.get(column) ?? []).some((c) => c !== ''),
  );
  for (;;) {
    const widths = kept.map(natural);
    const floors = kept.map((column, i) => Math.min(widths[i] ?? 0, column.widthMin ?? widths[i] ?? 0));
    const gaps = GAP * (kept.length - 1);
    const total = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, gaps);
    if (total(floors) <= width) return { kept, widths: shrink(widths, floors, width - gaps) };
    const last = Math.max(...kept.map((column) => column.dropOrder ?? 0));
    if (last === 0) return squeeze(kept, floors, width);
    kept = kept.filter((column) => (column.dropOrder ?? 0) !== last);
  }
}

/** Takes from the widest shrinkable column first, until the sum fits. */
function shrink(widths: readonly number[], floors: readonly number[], room: number): number[] {
  const result = [...widths];
  let excess = result.reduce((sum, one) => sum + one, 0) - room;
  while (excess > 0) {
    let widest = -1;
    result.forEach((one, i) => {
      if (one > (floors[i] ?? 0) && (widest < 0 || one > (result[widest] ?? 0))) widest = i;
    });
    if (widest < 0) return result;
    result[widest] = (result[widest] ?? 1) - 1;
    excess -= 1;
  }
  return result;
}

/** Nothing more may be dropped or shortened by choice: the columns at the right lose what hangs over the edge. */
function squeeze<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  room: number,
): { kept: readonly Column<Row>[]; widths: number[] } {
  const kept: Column<Row>[] = [];
  const given: number[] = [];
  let left = room;
  columns.forEach((column, i) => {
    const width = Math.min(widths[i] ?? 0, left);
    if (width <= 0) return;
    kept.push(column);
    given.push(width);
    left -= width + GAP;
  });
  return { kept, widths: given };
}

/** Cuts to a width in terminal columns, with an ellipsis in place of what is missing. */
export function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  if (width <= 0) return '';
  let result = '';
  let used = 0;
  for (const character of text) {
    const wide = stringWidth(character);
    if (used + wide > width - 1) break;
    result += character;
    used += wide;
  }
  return `${result}…`;
}

function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(width - stringWidth(text), 0));
  return align === 'right' ? space + text : text + space;
}
