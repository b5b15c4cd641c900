import { bytesToHex, emptyRoot } from '@attestry/core';
import { LastSeen } from './checkpointer/last-seen.ts';
import { checkLogs, nextGeneration, type RolledBackLog, rollbackError } from './checkpointer/start-checks.ts';
import { removeTemporaryFiles } from './data-dir/atomic-file.ts';
import { type DataPaths, openFolder, prepareFolder, writeSigningKeys } from './data-dir/data-folder.ts';
import { DiskSpace, noteFailedWrites } from './data-dir/disk-space.ts';
import { lockFolder } from './data-dir/folder-lock.ts';
import { chooseDriver } from './drivers/choose-driver.ts';
import { KeyRing } from './keys/key-ring.ts';
import { nodeCrypto } from './keys/node-crypto.ts';
import { systemRandom } from './keys/random-pool.ts';
import { Ledger, type LedgerLogger } from './ledger.ts';
import type { LedgerPlace } from './ledger-place.ts';
import type { Stores } from './ports/stores.ts';
import { LogTiles } from './reading/log-tiles.ts';

/** The data folder is made when it does not exist. */
export interface EmbeddedOptions extends LedgerPlace {
  /** First part of every origin, only used at the first start; must be the same later. */
  readonly logName?: string | undefined;
  readonly batchSize?: number | undefined;
  readonly batchIntervalMs?: number | undefined;
  readonly checkpointIntervalMs?: number | undefined;
  readonly queueEventsMax?: number | undefined;
  /** Goes on after the database was restored from an older copy, as a new generation of the logs concerned. */
  readonly acceptRollback?: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined;
  readonly logger?: LedgerLogger | undefined;
  /** `false` leaves the full-text index alone: nothing is searchable, and no thread is started for it. */
  readonly search?: boolean | undefined;
  /** Puts something between the ledger and its stores; for tests that make them fail. */
  readonly wrapStores?: ((stores: Stores) => Stores) | undefined;
}

/** A ledger that runs in this process, with everything that has to be closed together. */
export interface EmbeddedLedger {
  readonly ledger: Ledger;
  readonly stores: Stores;
  readonly paths: DataPaths;
  readonly logName: string;
  /** Whether this start made the folder. */
  readonly firstStart: boolean;
  /** A key for one use, derived from the master key: 32 bytes, the same at every start and on every node. */
  deriveKey(use: string): Uint8Array;
  /** Finishes what was accepted, signs it, closes the stores and frees the folder. */
  close(): Promise<void>;
}

const SILENT: LedgerLogger = { warn: () => undefined, error: () => undefined };

/**
 * Opens a data folder for writing and starts the ledger on it.
 *
 * @throws {LedgerError} `folder_foreign`, `folder_newer`, `folder_in_use`, `log_name_changed`, `log_name_invalid`,
 *   `key_missing`, `master_key_wrong`, `master_key_invalid`, `signing_key_invalid`, `last_seen_damaged`
 * @throws {FatalError} `ROLLBACK`, `store_damaged` and those of the store
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedLedger> {
  const clock = options.clock ?? Date.now;
  const logger = options.logger ?? SILENT;
  const undo: (() => Promise<void> | void)[] = [];
  const unwind = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    await prepareFolder(options.dataDir);
    const lock = lockFolder(options.dataDir, clock());
    undo.push(() => lock.release());
    await removeTemporaryFiles(options.dataDir);
    const folder = await openFolder(nodeCrypto, systemRandom, options);
    const { paths, logName, master, firstStart } = folder;
    const { dataDir, store, signingKeyFile } = options;
    const place: LedgerPlace = { dataDir, store, signingKeyFile, masterKey: folder.givenMasterKey };
    const driver = await chooseDriver(place, paths);
    const opened = await driver.open();
    const space = new DiskSpace(options.dataDir, logger);
    const stores = noteFailedWrites(options.wrapStores?.(opened) ?? opened, space);
    undo.push(() => stores.close());
    undo.push(() => space.close());
    stores.onFailure((error) => logger.error({ err: error }, 'writing has ended; restart the server'));
    const { lastSeen, missing } = await LastSeen.load(paths.lastSeen);
    const keys = new KeyRing({ crypto: nodeCrypto, random: systemRandom, master, store: stores.keys });
    const ledger = new Ledger({
      stores,
      crypto: nodeCrypto,
      random: systemRandom,
      clock,
      keys,
      logName,
      signingKeys: folder.signingKeys,
      saveSigningKeys: (changed) => writeSigningKeys(paths.signingKey, changed),
      lastSeen,
      space,
      logger,
      ...(options.batchSize === undefined ? {} : { batchEvents: options.batchSize }),
      ...(options.batchIntervalMs === undefined ? {} : { batchIntervalMs: options.batchIntervalMs }),
      ...(options.checkpointIntervalMs === undefined
        ? {}
        : { checkpointIntervalMs: options.checkpointIntervalMs }),
      ...(options.queueEventsMax === undefined ? {} : { queueEventsMax: options.queueEventsMax }),
    });
    undo.push(() => ledger.close());
    const vkeys = (origin: string): readonly string[] => ledger.vkeys(origin);
    const report = await checkLogs({ stores, crypto: nodeCrypto, lastSeen, vkeys });
    if (missing && report.logs.length > 0) {
      logger.warn(
        { path: paths.lastSeen },
        'last-seen.json is missing: this start cannot notice a database restored from an older copy',
      );
    }
    if (report.rolledBack.length > 0 && options.acceptRollback !== true)
      throw rollbackError(report.rolledBack);
    for (const { head, checkpoint } of report.logs) {
      if (checkpoint !== undefined || head.size > 0) ledger.adopt(head, checkpoint);
    }
    await acceptRollbacks(
      { ledger, tiles: new LogTiles(stores.ledger, nodeCrypto), lastSeen, logger },
      report.rolledBack,
    );
    await ledger.resumeRotation();
    if (options.search !== false) {
      const follower = await driver.startSearch((message) => logger.warn({}, message));
      undo.push(() => follower.close());
      ledger.follow(follower);
    }
    const deriveKey = (use: string): Uint8Array => master.derive(use);
    return { ledger, stores, paths, logName, firstStart, deriveKey, close: unwind };
  } catch (error) {
    await unwind();
    throw error;
  }
}

interface AcceptParts {
  readonly ledger: Ledger;
  readonly tiles: LogTiles;
  readonly lastSeen: LastSeen;
  readonly logger: LedgerLogger;
}

/**
 * Each log that went back goes on under a new origin. Its genesis names the state it goes on from and what was lost;
 * the memory of the old origin is dropped last, so that a crash in between repeats the refusal, not the loss.
 */
async function acceptRollbacks(parts: AcceptParts, rolledBack: readonly RolledBackLog[]): Promise<void> {
  for (const { tenant, origin, head, seen } of rolledBack) {
    const size = head?.size ?? 0;
    const root = size === 0 ? emptyRoot() : await parts.tiles.rootAt(tenant, size);
    const next = nextGeneration(origin);
    await parts.ledger.startGeneration(tenant, next, {
      origin,
      size,
      root: bytesToHex(root),
      lost_size: seen.size,
      lost_root: seen.rootHex,
    });
    await parts.ledger.signNow(tenant);
    parts.lastSeen.forget(origin);
    await parts.lastSeen.flush();
    parts.logger.warn(
      { tenant, origin, next, size, lost_size: seen.size },
      'a rollback was accepted; the log goes on as a new generation',
    );
  }
}
