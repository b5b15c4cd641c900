import { FatalError } from '../../errors.ts';
import type { StoredRecord } from '../../ports/ledger-store.ts';
import type { DataKeyNumbers } from './data-key-numbers.ts';

/** Columns of `records` that `storedRecords` needs, for SQL; the text as text, which the server checks to be UTF-8. */
export const STORED_COLUMNS = `seq, convert_from(text, 'UTF8') AS text, hash, seal_key_nos, seal_envelopes`;

/** A row of these columns as the driver gives it. */
export interface StoredRow {
  readonly seq: number;
  readonly text: string | null;
  readonly hash: Buffer;
  readonly seal_key_nos: readonly number[] | null;
  readonly seal_envelopes: readonly Buffer[] | null;
}

/**
 * Rows of one tenant as the ledger knows them.
 *
 * @throws {FatalError} `store_inconsistent` for a row that cannot be read as one
 */
export async function storedRecords(
  keys: DataKeyNumbers,
  tenantNo: number,
  rows: readonly StoredRow[],
): Promise<StoredRecord[]> {
  const numbers = new Set<number>();
  for (const { seal_key_nos } of rows) for (const number of seal_key_nos ?? []) numbers.add(number);
  const names = await keys.namesOf(tenantNo, numbers);
  return rows.map(({ seq, text, hash, seal_key_nos, seal_envelopes }) => {
    const envelopes = seal_envelopes ?? [];
    if ((seal_key_nos ?? []).length !== envelopes.length) {
      throw new FatalError('store_inconsistent', `record ${seq} has not one key for each of its seals`);
    }
    return {
      seq,
      text: text ?? undefined,
      leafHash: new Uint8Array(hash),
      seals: (seal_key_nos ?? []).map((number, i) => {
        const { sub, kid } = names.get(number) as { sub: string; kid: string };
        return { sub, kid, envelope: new Uint8Array(envelopes[i] as Buffer) };
      }),
    };
  });
}
