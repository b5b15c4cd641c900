import type { LedgerPlace } from '../ledger-place.ts';

/** What the search thread over PostgreSQL is given. */
export interface PostgresSearchData {
  readonly place: LedgerPlace;
  readonly url: string;
  readonly schema: string;
  /** Name of this node among the holders of leases. */
  readonly holder: string;
}
