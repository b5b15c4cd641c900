import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { type Column, renderTable, shorten } from './table.ts';

interface Row {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', value: (row) => row.name, widthMin: 6 },
  { title: 'TYPE', value: (row) => row.type, dropOrder: 1 },
  { title: 'SIZE', value: (row) => String(row.size), align: 'right', dropOrder: 2 },
];
const ROWS: readonly Row[] = [
  { name: 'a rather long name of a thing', type: 'document', size: 7 },
  { name: '日本語', type: 'user', size: 12_345 },
];

function render(width: number): string[] {
  return renderTable(ROWS, COLUMNS, { width, paintTitle: (text) => text }).split('\n');
}

describe('renderTable', () => {
  it('takes the room it needs when there is enough', () => {
    expect(render(Number.POSITIVE_INFINITY)).toEqual([
      'NAME                           TYPE       SIZE',
      'a rather long name of a thing  document      7',
      '日本語                         user      12345',
    ]);
  });

  it('never exceeds a narrow terminal', () => {
    for (let width = 4; width < 60; width += 1) {
      for (const one of render(width)) expect(stringWidth(one)).toBeLessThanOrEqual(width);
    }
  });

  it('shortens before it drops, and drops in the given order', () => {
    expect(render(30)[0]).toContain('SIZE');
    expect(render(20)[0]).not.toContain('SIZE');
    expect(render(20)[0]).toContain('TYPE');
    expect(render(8)[0]).toBe('NAME');
  });

  it('keeps each row on one line, whatever is in it', () => {
    const rows = [{ name: 'one\ntwo\u001b[31m', type: 'x', size: 1 }];
    expect(renderTable(rows, COLUMNS, { width: 80, paintTitle: (text) => text }).split('\n')).toHaveLength(2);
  });

  it('paints cells without counting the paint', () => {
    const columns: Column<Row>[] = [
      { title: 'NAME', value: (row) => row.type, paint: (text) => `\u001b[31m${text}\u001b[39m` },
      { title: 'SIZE', value: (row) => String(row.size), align: 'right' },
    ];
    const [, first] = renderTable(ROWS, columns, { width: 80, paintTitle: (text) => text }).split('\n');
    expect(first).toBe('\u001b[31mdocument\u001b[39m      7');
  });
});

describe('shorten', () => {
  it('cuts by columns, not by characters', () => {
    expect(shorten('日本語', 5)).toBe('日本…');
    expect(shorten('abc', 3)).toBe('abc');
    expect(shorten('abcd', 3)).toBe('ab…');
    expect(shorten('abcd', 0)).toBe('');
  });
});
