import type { DataPaths } from '../data-dir/data-folder.ts';
import { LedgerError } from '../errors.ts';
import type { LedgerPlace } from '../ledger-place.ts';
import type { StoreDriver } from './store-driver.ts';

/**
 * The driver of a place. The only code that tells stores apart by their URL.
 *
 * @throws {LedgerError} `store_unknown`
 */
export async function chooseDriver(place: LedgerPlace, paths: DataPaths): Promise<StoreDriver> {
  if (place.store === undefined || place.store === 'sqlite:') {
    const { sqliteDriver } = await import('./sqlite-driver.ts');
    return sqliteDriver(place, paths);
  }
  if (/^postgres(ql)?:/.test(place.store)) {
    const { postgresDriver } = await import('./postgres-driver.ts');
    return postgresDriver(place, place.store);
  }
  // Never the URL itself: it may hold a password.
  throw new LedgerError('store_unknown', 'the store must be sqlite: or the URL of a PostgreSQL database');
}
