import type { DetailedRow, DetailTally } from './record-details.ts';
import type { ExpectedColumns, OpenedSeal } from './verify-options.ts';
import type { ColumnValue } from './verify-source.ts';

/** Compares the query columns of each event with what its record says. */
export class ColumnCheck {
  readonly #expectedColumns: ExpectedColumns;

  constructor(expectedColumns: ExpectedColumns) {
    this.#expectedColumns = expectedColumns;
  }

  check({ place, record, row }: DetailedRow, seals: readonly OpenedSeal[], tally: DetailTally): void {
    if (record?.type !== 'event') {
      // A text that is no record is found by itself; whether it was an event, nobody can tell.
      if (row.columns !== undefined && (record !== undefined || row.text === undefined)) {
        tally.findings.push({
          code: 'PROJECTION_COUNT',
          ...place,
          detail: 'there is a row of query columns that belongs to no event',
        });
      }
      return;
    }
    if (row.columns === undefined) {
      tally.findings.push({
        code: 'PROJECTION_COUNT',
        ...place,
        detail: 'the row of query columns of this event is missing',
      });
      return;
    }
    tally.columns += 1;
    const expected = this.#expectedColumns(record, seals);
    for (const field in expected) {
      const want = expected[field] as ColumnValue;
      const have = row.columns[field];
      if (have === want) continue;
      tally.findings.push({
        code: 'PROJECTION',
        ...place,
        field,
        detail: `column says ${shown(have)}, record says ${shown(want)}`,
      });
    }
  }
}

/** Blind indexes say nothing to a reader, and other values are bounded before they go into a report. */
function shown(value: ColumnValue | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'bigint' ? `index ${value}` : String(value).slice(0, 120);
}
