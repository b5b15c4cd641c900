import type { EventView } from '@attestry/core';
import { describe, expect, it } from 'vitest';
import { csvHeader, csvRows } from './event-csv.ts';

function event(fields: object): EventView {
  return { id: 'i', type: 't', seq: 1, ...fields } as unknown as EventView;
}

describe('CSV', () => {
  it('has a header that does not depend on the rows, also when there are none (trap 39)', () => {
    const header = csvHeader(undefined);
    expect(header).toMatch(/^seq,id,occurred_at,/);
    expect(csvRows([], undefined)).toBe('');
    const columns = header.trim().split(',').length;
    const row = csvRows([event({ unheard_of: 1 })], undefined).trim();
    expect(row.split(',')).toHaveLength(columns);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '|calc', '%0A', '＝1', '\n=cmd'])(
    'neutralises the formula %j (trap 39)',
    (text) => {
      const row = csvRows([event({ actor: { type: 'user', name: text } })], [['actor', 'name']]);
      expect(row.replace(/^"/, '').startsWith("'")).toBe(true);
    },
  );

  it('leaves numbers numbers and quotes what needs it', () => {
    const rows = csvRows(
      [event({ metadata: { n: -5, s: 'a "b", c' } })],
      [['metadata', 'n'], ['metadata', 's'], ['metadata']],
    );
    expect(rows).toBe('-5,"a ""b"", c","{""n"":-5,""s"":""a \\""b\\"", c""}"\r\n');
  });
});
