import type { StoreFinding } from '@attestry/core';
import type { RawBoundsReader } from '../stores/sqlite/raw-bounds.ts';
import type { RawLeftovers } from '../stores/sqlite/raw-leftovers.ts';

/** Whose finding a leftover is, by its table. */
const LEFTOVER_CODES = {
  logs: 'HEAD_MISMATCH',
  records: 'PROJECTION_COUNT',
  seals: 'SEAL_ORPHAN',
  event_ids: 'EVENT_ID_INDEX',
  tiles: 'TILE_MISMATCH',
  checkpoints: 'CHECKPOINT_INVALID',
  data_keys: 'SEAL_ORPHAN',
} as const satisfies Record<RawLeftovers['table'], StoreFinding['code']>;

/**
 * What is wrong with the database as a whole rather than with one log in it: its tables are not those of its version, or
 * rows lie in it that belong to no log.
 */
export function* folderFindings(bounds: RawBoundsReader): Generator<StoreFinding, void> {
  for (const damage of bounds.schemaDamage()) {
    yield { code: 'UNREADABLE', detail: `the database was changed by something else: ${damage}` };
  }
  for (const { table, rows } of bounds.leftovers()) {
    const what =
      rows === 1 ? `a row of the table ${table} belongs` : `${rows} rows of the table ${table} belong`;
    yield { code: LEFTOVER_CODES[table], detail: `${what} to no log of this folder` };
  }
}
