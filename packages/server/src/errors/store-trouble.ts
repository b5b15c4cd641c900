/** What a client is told of a store that did not do what was asked. It never names a path. */
export interface StoreTrouble {
  readonly detail: string;
  readonly retryAfterS: number;
  /** The log has it already, once for all requests. */
  readonly isSaid: boolean;
}

const FULL: StoreTrouble = {
  detail:
    'The disk of the store is full, so nothing was written. The server goes on by itself as soon as there is space.',
  retryAfterS: 10,
  isSaid: true,
};

const OTHERS: Readonly<Record<string, string>> = {
  store_readonly: 'The store takes no writes, so nothing was kept.',
  store_unreachable: 'The database is away. The server goes on by itself when it is back.',
  store_restarting: 'The database is stopping or starting. The server goes on by itself when it is back.',
  store_io: 'The disk of the store reported an error, so nothing was kept.',
  store_busy: 'The database is short of connections or locks. The server goes on by itself.',
  replica_wrong: 'The replica for reading is not one of this database; writing goes on.',
  store_timeout: 'The database took too long to answer.',
  search_behind:
    'The full-text index has not come to the newest events yet, which an export by words would lack.',
  search_unavailable: 'The full-text index cannot be read now; everything but `q` works.',
};

/** @param code of the ledger's error */
export function storeTrouble(code: string): StoreTrouble {
  if (code === 'store_full') return FULL;
  return { detail: OTHERS[code] ?? 'The store cannot answer now.', retryAfterS: 5, isSaid: false };
}
