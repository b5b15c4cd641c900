import { bytesToHex, emptyRoot } from '@attestry/core';
import { LastSeen } from './checkpointer/last-seen.ts';
import { checkLogs, nextGeneration, type RolledBackLog, rollbackError } from './checkpointer/start-checks.ts';
import { removeTemporaryFiles } from './data-dir/atomic-file.ts';
import {
  assertNotMoved,
  type DataFolder,
  type DataPaths,
  dataPaths,
  installationOf,
  openFolder,
  prepareFolder,
  writeSigningKeys,
} from './data-dir/data-folder.ts';
import { DiskSpace, noteFailedWrites } from './data-dir/disk-space.ts';
import { lockFolder } from './data-dir/folder-lock.ts';
import { chooseDriver } from './drivers/choose-driver.ts';
import type { StoreDriver } from './drivers/store-driver.ts';
import { FatalError, OperationalError } from './errors.ts';
import { KeyRing } from './keys/key-ring.ts';
import { nodeCrypto } from './keys/node-crypto.ts';
import { systemRandom } from './keys/random-pool.ts';
import { Ledger, type LedgerLogger } from './ledger.ts';
import { type LedgerPlace, placeOf } from './ledger-place.ts';
import { agreeInstallation, readInstallation } from './nodes/agree-installation.ts';
import { LedgerNode } from './nodes/ledger-node.ts';
import { NOBODY_ELSE, type SettingsChanges } from './nodes/settings-changes.ts';
import { SigningRights } from './nodes/signing-rights.ts';
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
  /** What others may change of what is in memory. */
  readonly settings: SettingsChanges;
  /** The clock that records are dated by, milliseconds since the epoch: with a shared database that of the database. */
  readonly now: () => number;
  /** How far this machine's own clock is ahead of that one. */
  readonly clockSkewMs: () => number;
  /** Who this process is, for rows that say who works on them, and whether such a one is still there. */
  readonly presence: Presence;
  /** Does something short that no other node does at the same time. */
  readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /**
   * Tries to be the one node that has a duty, from now on. @returns whether this node has it now; another one may have
   * been given it since
   */
  readonly takeDuty: (name: string) => Promise<() => boolean>;
  /** A key for one use, derived from the master key: 32 bytes, the same at every start and on every node. */
  deriveKey(use: string): Uint8Array;
  /** Finishes what was accepted, signs it, closes the stores and frees the folder. */
  close(): Promise<void>;
}

const SILENT: LedgerLogger = { warn: () => undefined, error: () => undefined };

/**
 * Opens a data folder and its store for writing and starts the ledger on it.
 *
 * @throws {LedgerError} `folder_foreign`, `folder_newer`, `folder_in_use`, `log_name_changed`, `log_name_invalid`,
 *   `key_missing`, `master_key_wrong`, `master_key_invalid`, `signing_key_invalid`, `signing_key_wrong`,
 *   `last_seen_damaged`
 * @throws {FatalError} `ROLLBACK`, `store_damaged`, `replica_wrong` and those of the store
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedLedger> {
  const undo: Undo = [];
  const unwind = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const opened = await openFolderAndStore(options, undo);
    const { stores, folder, node, logger } = opened;
    const { paths, logName, master, firstStart } = folder;
    const { lastSeen, missing } = await LastSeen.load(paths.lastSeen);
    const ledger = await makeLedger(options, opened, lastSeen);
    undo.push(() => node?.unwatch());
    undo.push(() => ledger.close());
    // Before anything is read into memory, so that no change is missed.
    const settings = (await node?.watch(ledger)) ?? NOBODY_ELSE;
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
      const follower = await opened.driver.startSearch(
        (message) => logger.warn({}, message),
        node?.name ?? '',
      );
      undo.push(() => follower.close());
      ledger.follow(follower);
    }
    return {
      ledger,
      stores,
      paths,
      logName,
      firstStart,
      settings,
      now: opened.clock,
      deriveKey: (use) => master.derive(use),
      exclusively: (name, work) => (node === undefined ? work() : node.exclusively(name, work)),
      takeDuty: async (name) => {
        const lease = await node?.keep(name);
        return () => lease === undefined || lease.fence !== undefined;
      },
      clockSkewMs: () => node?.clock.skewMs ?? 0,
      presence: presenceOf(node),
      close: unwind,
    };
  } catch (error) {
    await unwind();
    throw error;
  }
}

/** A process, as the others over the same store know it. */
export interface Presence {
  readonly self: string;
  readonly isAlive: (name: string) => Promise<boolean>;
}

function presenceOf(node: LedgerNode | undefined): Presence {
  return {
    get self() {
      return node?.ticket ?? '';
    },
    isAlive: async (name) => (await node?.isAlive(name)) ?? false,
  };
}

type Undo = (() => Promise<void> | void)[];

/** A folder that is held by this process, with its store, and what they bring along. */
interface Opened {
  readonly folder: DataFolder;
  readonly driver: StoreDriver;
  readonly stores: Stores;
  readonly space: DiskSpace;
  /** Absent where nobody else writes. */
  readonly node: LedgerNode | undefined;
  readonly clock: () => number;
  readonly logger: LedgerLogger;
}

async function openFolderAndStore(options: EmbeddedOptions, undo: Undo): Promise<Opened> {
  const { dataDir, logger = SILENT, clock: local = Date.now } = options;
  await prepareFolder(dataDir);
  const lock = lockFolder(dataDir, local());
  undo.push(() => lock.release());
  await removeTemporaryFiles(dataDir);
  const driver = await chooseDriver(placeOf(options), dataPaths(dataDir, options.signingKeyFile));
  // A shared database knows which keys this node must have; files of the folder are made after the folder is ours.
  const early = driver.isShared ? await driver.open() : undefined;
  if (early !== undefined) undo.push(() => early.close());
  const installation = early === undefined ? undefined : await readInstallation(early.admin);
  const folder = await openFolder(nodeCrypto, systemRandom, { ...options, installation });
  if (!driver.isShared) assertNotMoved(folder);
  const opened = early ?? (await driver.open());
  if (early === undefined) undo.push(() => opened.close());
  const { shared } = opened;
  const node = shared && new LedgerNode({ shared, dataDir, localClock: local, logger });
  if (node !== undefined) {
    undo.push(() => node.close());
    await node.start();
    await agreeInstallation(opened.admin, folder);
  }
  const probe = shared && (async () => void (await shared.leases.acquire('disk-space', 'probe', 1)));
  const space = new DiskSpace(dataDir, logger, probe);
  undo.push(() => space.close());
  const stores = noteFailedWrites(options.wrapStores?.(opened) ?? opened, space);
  stores.onFailure((error) => logger.error({ err: error }, 'writing has ended; restart the server'));
  for (const warning of stores.warnings ?? []) logger.warn({}, warning);
  await assertOwnReplica(stores, logger);
  return { folder, driver, stores, space, node, clock: node?.clock.now ?? local, logger };
}

/** A replica that is away may come back; one of another database must not answer. */
async function assertOwnReplica({ query }: Stores, logger: LedgerLogger): Promise<void> {
  try {
    await query.readTo?.('_system');
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    if (error.code === 'replica_wrong') throw new FatalError(error.code, error.message, { cause: error });
    logger.warn({ err: error }, 'the replica does not answer: queries are refused until it does');
  }
}

async function makeLedger(options: EmbeddedOptions, opened: Opened, lastSeen: LastSeen): Promise<Ledger> {
  const { batchSize, batchIntervalMs, checkpointIntervalMs, queueEventsMax } = options;
  const { stores, folder, space, node, clock, logger } = opened;
  const { paths, master, logName, signingKeys } = folder;
  const keeper = await node?.keep('checkpoints');
  let ledger: Ledger | undefined;
  const duty =
    keeper &&
    new SigningRights({
      keeper,
      admin: stores.admin,
      mine: () => installationOf({ logName, master, signingKeys: ledger?.signingKeys ?? signingKeys }),
      others: async () => (await node?.others()) ?? [],
      onTrouble: (message, error) => logger.error({ err: error }, message),
    });
  await duty?.settled();
  ledger = new Ledger({
    stores,
    crypto: nodeCrypto,
    random: systemRandom,
    clock,
    keys: new KeyRing({ crypto: nodeCrypto, random: systemRandom, master, store: stores.keys }),
    logName,
    signingKeys,
    saveSigningKeys: (changed) => writeSigningKeys(paths.signingKey, changed),
    lastSeen,
    space,
    logger,
    ...(duty === undefined ? {} : { duty }),
    ...(batchSize === undefined ? {} : { batchEvents: batchSize }),
    ...(batchIntervalMs === undefined ? {} : { batchIntervalMs }),
    ...(checkpointIntervalMs === undefined ? {} : { checkpointIntervalMs }),
    ...(queueEventsMax === undefined ? {} : { queueEventsMax }),
  });
  return ledger;
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
