import { type DataFolder, type DataPaths, openExisting } from './data-dir/data-folder.ts';
import { chooseDriver } from './drivers/choose-driver.ts';
import type { OpenedForReading } from './drivers/store-driver.ts';
import type { LogSource, LogSourceOptions } from './fsck/log-source.ts';
import { KeyRing } from './keys/key-ring.ts';
import { nodeCrypto } from './keys/node-crypto.ts';
import { systemRandom } from './keys/random-pool.ts';
import { type SigningKeys, vkeysOf } from './keys/signing-key.ts';
import type { LedgerPlace } from './ledger-place.ts';
import type { ReadOnlyStores } from './ports/stores.ts';
import { LedgerReader } from './reading/ledger-reader.ts';

/** As for `openEmbedded`. */
export type ReadOnlyOptions = Omit<LedgerPlace, 'dataDir'>;

/** A ledger opened for reading, beside a running server or without one. */
export class ReadOnlyLedger extends LedgerReader {
  readonly stores: ReadOnlyStores;
  readonly paths: DataPaths;
  /** First part of every origin. */
  readonly logName: string;
  readonly #opened: OpenedForReading;
  readonly #signingKeys: SigningKeys;

  constructor(folder: Omit<DataFolder, 'firstStart'>, opened: OpenedForReading) {
    const { stores } = opened;
    super({
      stores,
      crypto: nodeCrypto,
      keys: new KeyRing({
        crypto: nodeCrypto,
        random: systemRandom,
        master: folder.master,
        store: stores.keys,
      }),
    });
    this.stores = stores;
    this.paths = folder.paths;
    this.logName = folder.logName;
    this.#opened = opened;
    this.#signingKeys = folder.signingKeys;
  }

  /** The data keys of all subjects, for whoever verifies seals. */
  get keyRing(): KeyRing {
    return this.keys;
  }

  /** Keys under which a log's checkpoints may be signed, the current one first. */
  vkeys(origin: string): readonly string[] {
    return vkeysOf(nodeCrypto, this.#signingKeys, origin);
  }

  /** The rows of one log as they are stored, for a verifier. */
  openLogSource(tenant: string, options: LogSourceOptions): Promise<LogSource> {
    return this.#opened.openLogSource(this, tenant, options);
  }

  close(): Promise<void> {
    return this.stores.close();
  }
}

/**
 * Opens a data folder and its store for reading. Writes nothing, takes no lock. The embedded store is read in the
 * calling thread.
 *
 * @throws {LedgerError} `folder_missing`, `folder_newer`, `key_missing`, `master_key_wrong`; {FatalError} of the store
 */
export async function openReadOnly(dataDir: string, options: ReadOnlyOptions = {}): Promise<ReadOnlyLedger> {
  const place: LedgerPlace = { ...options, dataDir };
  const folder = await openExisting(nodeCrypto, systemRandom, place);
  const driver = await chooseDriver(place, folder.paths);
  return new ReadOnlyLedger(folder, await driver.openForReading());
}
