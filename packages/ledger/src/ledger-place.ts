/** Where the parts of a ledger are, and the keys that are not there. Plain data: it crosses to threads. */
export interface LedgerPlace {
  /** Keys, and what was seen last; with the embedded store also the records. */
  readonly dataDir: string;
  /** URL of the database; the embedded store in the folder when absent or `sqlite:`. */
  readonly store?: string | undefined;
  /** URL of a replica of it, for reading; may be behind. */
  readonly readStore?: string | undefined;
  /** Schema in the database. */
  readonly schema?: string | undefined;
  /** 32 bytes, or their hex or base64; the file `master.key` in the folder when absent. */
  readonly masterKey?: string | Uint8Array | undefined;
  /** Signing key file outside the folder. */
  readonly signingKeyFile?: string | undefined;
}

/** The place alone, of options that hold more. */
export function placeOf({
  dataDir,
  store,
  readStore,
  schema,
  masterKey,
  signingKeyFile,
}: LedgerPlace): LedgerPlace {
  return { dataDir, store, readStore, schema, masterKey, signingKeyFile };
}
