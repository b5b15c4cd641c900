import { type DataPaths, openExisting } from './data-dir/data-folder.ts';
import { KeyRing } from './keys/key-ring.ts';
import { nodeCrypto } from './keys/node-crypto.ts';
import { systemRandom } from './keys/random-pool.ts';
import { type SigningKeys, vkeysOf } from './keys/signing-key.ts';
import { LedgerReader } from './reading/ledger-reader.ts';
import { openSqliteReadOnly, type ReadOnlyStores } from './stores/sqlite/read-only.ts';

export interface ReadOnlyOptions {
  /** As for `openEmbedded`. */
  readonly masterKey?: string | Uint8Array | undefined;
  readonly signingKeyFile?: string | undefined;
}

/** A data folder opened for reading, in the calling thread, beside a running server or without one. */
export class ReadOnlyLedger extends LedgerReader {
  readonly stores: ReadOnlyStores;
  readonly paths: DataPaths;
  /** First part of every origin. */
  readonly logName: string;
  readonly #signingKeys: SigningKeys;

  constructor(parts: {
    readonly stores: ReadOnlyStores;
    readonly keys: KeyRing;
    readonly paths: DataPaths;
    readonly logName: string;
    readonly signingKeys: SigningKeys;
  }) {
    super({ stores: parts.stores, crypto: nodeCrypto, keys: parts.keys });
    this.stores = parts.stores;
    this.paths = parts.paths;
    this.logName = parts.logName;
    this.#signingKeys = parts.signingKeys;
  }

  /** The data keys of all subjects, for whoever verifies seals. */
  get keyRing(): KeyRing {
    return this.keys;
  }

  /** Keys under which a log's checkpoints may be signed, the current one first. */
  vkeys(origin: string): readonly string[] {
    return vkeysOf(nodeCrypto, this.#signingKeys, origin);
  }

  close(): void {
    this.stores.close();
  }
}

/**
 * Opens a data folder for reading. Writes nothing, takes no lock.
 *
 * @throws {LedgerError} `folder_missing`, `folder_newer`, `key_missing`, `master_key_wrong`; {FatalError} of the store
 */
export async function openReadOnly(dataDir: string, options: ReadOnlyOptions = {}): Promise<ReadOnlyLedger> {
  const folder = await openExisting(nodeCrypto, systemRandom, { dataDir, ...options });
  const stores = openSqliteReadOnly({ path: folder.paths.ledger, searchPath: folder.paths.search });
  const keys = new KeyRing({
    crypto: nodeCrypto,
    random: systemRandom,
    master: folder.master,
    store: stores.keys,
  });
  return new ReadOnlyLedger({
    stores,
    keys,
    paths: folder.paths,
    logName: folder.logName,
    signingKeys: folder.signingKeys,
  });
}
