/** Settings and keys that are held in memory, and who else may change them. */
export interface SettingsChanges {
  /**
   * Calls back when settings of a kind were changed by another process; what is in memory of them is to be read again.
   * Until the returned promise resolves they count as not read.
   */
  onChange(kind: string, reload: () => Promise<void>): void;
  /** Looks now whether anything was changed, and resolves when it has been read again. */
  refresh(): Promise<void>;
  /** How old what is in memory may be, milliseconds. */
  staleMs(): number;
  /** Resolves when it is not older than this; rejects when the database does not tell. */
  fresh(ageMsMax: number): Promise<void>;
}

/** Where nobody else writes, what is in memory is always new. */
export const NOBODY_ELSE: SettingsChanges = {
  onChange: () => undefined,
  refresh: async () => undefined,
  staleMs: () => 0,
  fresh: async () => undefined,
};
