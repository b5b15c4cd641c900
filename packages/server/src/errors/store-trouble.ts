/** What a client is told of a store that did not do what was asked. It never names a path. */
export interface StoreTrouble {
  readonly detail: string;
  readonly retryAfterS: number;
  /** The log has it already, once for all requests. */
  readonly isSaid: boolean;
}

const FULL: StoreTrouble = {
  detail:
    'The disk of the data folder is full, so nothing was written. The server goes on by itself as soon as there is space.',
  retryAfterS: 10,
  isSaid: true,
};

const OTHERS: Readonly<Record<string, string>> = {
  store_readonly: 'The data folder cannot be written, so nothing was kept.',
  store_io: 'The disk of the data folder reported an error, so nothing was kept.',
  search_unavailable: 'The full-text index cannot be read now; everything but `q` works.',
};

/** @param code of the ledger's error */
export function storeTrouble(code: string): StoreTrouble {
  if (code === 'store_full') return FULL;
  return { detail: OTHERS[code] ?? 'The store cannot answer now.', retryAfterS: 5, isSaid: false };
}
