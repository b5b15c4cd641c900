import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { parseRecord } from '../record/parse-record.ts';
import { ColumnCheck } from './column-check.ts';
import { placeOf } from './record-chain.ts';
import type { DetailedRow, DetailTally, RecordDetails } from './record-details.ts';
import { type ReadKeys, SealOpening } from './seal-opening.ts';
import type { ExpectedColumns } from './verify-options.ts';
import type { SourceRow, VerifySource } from './verify-source.ts';

/** Compares columns and opens seals of records, each by itself. */
export class DetailCheck {
  readonly #seals: SealOpening;
  readonly #columns: ColumnCheck | undefined;

  constructor(crypto: CryptoProvider, readKeys: ReadKeys, expectedColumns: ExpectedColumns | undefined) {
    this.#seals = new SealOpening(crypto, readKeys);
    this.#columns = expectedColumns === undefined ? undefined : new ColumnCheck(expectedColumns);
  }

  async check(rows: readonly DetailedRow[]): Promise<RecordDetails> {
    const seals = { checked: 0, verified: 0, sealed: 0 };
    const tally: DetailTally = { findings: [], columns: 0, seals, unexplained: [] };
    await this.#seals.prepare(rows.map(({ row }) => row));
    for (const { place, row, record } of rows) {
      const opened = this.#seals.open(place, record, row, tally);
      this.#columns?.check({ place, record, row }, opened, tally);
    }
    return tally;
  }
}

/**
 * Finds the details of the records `from <= seq < to` of a source, in another thread than the verifier's.
 *
 * @throws what the source throws: then the verifier looks at these records itself, and says what cannot be read
 */
export async function checkDetails(
  source: VerifySource,
  check: DetailCheck,
  range: { readonly from: number; readonly to: number },
): Promise<RecordDetails> {
  const rows = await source.readRows(range.from, range.to, 'all');
  return check.check(rows.map(toDetailedRow));
}

function toDetailedRow(row: SourceRow): DetailedRow {
  const parsed = row.text === undefined ? undefined : parseRecord(row.text);
  return parsed?.ok === true
    ? { place: placeOf(row.seq, parsed.record), row, record: parsed.record }
    : { place: { seq: row.seq }, row, record: undefined };
}
