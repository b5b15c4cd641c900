import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { attachSearch, openForReading } from './open-database.ts';
import { recordKey, seqOfKey } from './row-key.ts';
import { READER_CACHE_KIB } from './sqlite-limits.ts';
import { toStoreError } from './store-error.ts';

/** Search documents and events that do not belong together. */
export interface SearchDifference {
  readonly seq: number;
  readonly kind: 'missing' | 'stray';
}

/**
 * Compares which events have a document in the full-text index with the events up to the index's cursor. Nothing is
 * wrong with an index that is absent or behind: it is made again from the records.
 *
 * @returns at most `limit` differences
 */
export function searchDifferences(
  paths: { readonly ledger: string; readonly search: string },
  logNo: number,
  limit: number,
): SearchDifference[] {
  if (!existsSync(paths.search)) return [];
  const db = openForReading(paths.ledger, READER_CACHE_KIB);
  try {
    attachSearch(db, paths.search);
    return compare(db, logNo, limit);
  } catch (error) {
    throw toStoreError(error, 'reading the search index');
  } finally {
    db.close();
  }
}

function compare(db: DatabaseSync, logNo: number, limit: number): SearchDifference[] {
  const cursor = db.prepare('SELECT next_seq FROM search.cursors WHERE log_no = ?').get(logNo) as
    | { next_seq: number }
    | undefined;
  if (cursor === undefined) return [];
  const range = [recordKey(logNo, 0), recordKey(logNo, cursor.next_seq)];
  const missing = db
    .prepare(
      `SELECT k FROM main.records WHERE k >= ? AND k < ? AND occurred IS NOT NULL
       AND k NOT IN (SELECT id FROM search.documents_docsize) LIMIT ?`,
    )
    .all(...range, limit) as { k: number }[];
  const stray = db
    .prepare(
      `SELECT id AS k FROM search.documents_docsize AS document WHERE id >= ? AND id < ?
       AND NOT EXISTS (SELECT 1 FROM main.records WHERE k = document.id AND occurred IS NOT NULL) LIMIT ?`,
    )
    .all(...range, limit) as { k: number }[];
  return [
    ...missing.map(({ k }): SearchDifference => ({ seq: seqOfKey(k), kind: 'missing' })),
    ...stray.map(({ k }): SearchDifference => ({ seq: seqOfKey(k), kind: 'stray' })),
  ];
}
