import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { access, chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, type CryptoProvider, isLogOrigin } from '@attestry/core';
import { LedgerError } from '../errors.ts';
import { MasterKey, newMasterKeyText, parseMasterKey } from '../keys/master-key.ts';
import type { RandomSource } from '../keys/random-pool.ts';
import { formatSigningKeys, parseSigningKeys, SigningKey, type SigningKeys } from '../keys/signing-key.ts';
import { replaceFile } from './atomic-file.ts';

const FORMAT = 'attestry-data';
const VERSION = 1;
const MARKER_FILE = 'attestry.json';
/** What a first start that was cut off may leave before the marker is written. */
const EARLY_FILE = /^(?:lock(?:\.db)?|master\.key|signing\.key|cli\.json|.*\.tmp-[0-9]+-[0-9]+)$/;

/** Where things are in a data folder. */
export interface DataPaths {
  readonly dataDir: string;
  readonly ledger: string;
  readonly search: string;
  readonly signingKey: string;
  readonly masterKey: string;
  readonly lastSeen: string;
}

/** The paths of a data folder; `signingKeyFile` when the key is kept elsewhere. */
export function dataPaths(dataDir: string, signingKeyFile?: string): DataPaths {
  return {
    dataDir,
    ledger: join(dataDir, 'ledger.db'),
    search: join(dataDir, 'search.db'),
    signingKey: signingKeyFile ?? join(dataDir, 'signing.key'),
    masterKey: join(dataDir, 'master.key'),
    lastSeen: join(dataDir, 'last-seen.json'),
  };
}

interface Marker {
  readonly format: string;
  readonly version: number;
  readonly log_name: string;
  /** Fingerprint of the master key: a wrong one is noticed before anything is read or written with it. */
  readonly master_key: string;
  /** The logs were copied into a database and go on there; what is left of them here must not go on too. */
  readonly moved?: boolean;
}

export interface FolderOptions {
  readonly dataDir: string;
  readonly logName?: string | undefined;
  /** Hex or base64; `master.key` in the folder when absent. */
  readonly masterKey?: string | Uint8Array | undefined;
  readonly signingKeyFile?: string | undefined;
  /** What the nodes of a shared database have agreed on; absent for the first of them, and for an embedded store. */
  readonly installation?: Installation | undefined;
}

/** What all nodes over one database have in common. None of it is secret. */
export interface Installation {
  readonly logName: string;
  /** Fingerprint of the master key. */
  readonly masterKey: string;
  /** Public half of the signing key, lower-case hex. */
  readonly signingKey: string;
  /** The same of the key that is to follow, while a rotation is under way. */
  readonly nextSigningKey?: string | undefined;
}

/** What a node with this folder would agree on. */
export function installationOf(folder: Pick<DataFolder, 'logName' | 'master' | 'signingKeys'>): Installation {
  return {
    logName: folder.logName,
    masterKey: folder.master.fingerprint(),
    signingKey: bytesToHex(folder.signingKeys.current.publicKey),
    nextSigningKey: folder.signingKeys.next && bytesToHex(folder.signingKeys.next.publicKey),
  };
}

/**
 * Whether somebody with these signing keys may sign: the key in use is theirs, and so is the one that is to follow, if any.
 * Whoever was cut off at the very end of a rotation has the following key in use already.
 */
export function hasSigningKeys(mine: Installation, theirs: Installation): boolean {
  const { signingKey, nextSigningKey } = theirs;
  if (mine.signingKey === nextSigningKey) return true;
  return mine.signingKey === signingKey && (nextSigningKey ?? mine.nextSigningKey) === mine.nextSigningKey;
}

/**
 * @throws {LedgerError} `log_name_changed`, `master_key_wrong`, `signing_key_wrong`, `rotation_under_way`
 */
export function assertSameInstallation(mine: Installation, theirs: Installation, dataDir: string): void {
  if (mine.logName !== theirs.logName) {
    throw new LedgerError(
      'log_name_changed',
      `the logs in the database are named ${theirs.logName}, those of ${dataDir} ${mine.logName}: this folder belongs to ` +
        'another installation; start with an empty one, or with the right ATTESTRY_LOG_NAME',
    );
  }
  const isOther = mine.masterKey !== theirs.masterKey ? 'master' : 'signing';
  if (isOther === 'signing' && hasSigningKeys(mine, theirs)) return;
  if (isOther === 'signing' && theirs.nextSigningKey !== undefined) {
    throw new LedgerError(
      'rotation_under_way',
      `the signing key of this database is being replaced, by a node with another folder than ${dataDir}: run attestry ` +
        'rotate there again until it ends, then copy its signing.key to this folder',
    );
  }
  throw new LedgerError(
    `${isOther}_key_wrong`,
    `the ${isOther} key of ${dataDir} is not the one that the nodes of this database use. All of them need the same: start ` +
      `with an empty folder that holds a copy of ${isOther}.key of another node, or pass ATTESTRY_${isOther === 'master' ? 'MASTER_KEY' : 'SIGNING_KEY_FILE'}`,
  );
}

/** An opened data folder: its name, its keys and where its files are. */
export interface DataFolder {
  readonly paths: DataPaths;
  readonly logName: string;
  readonly master: MasterKey;
  /** The master key when it was passed and is not in the folder, for threads that open the folder too. */
  readonly givenMasterKey: Uint8Array | undefined;
  readonly signingKeys: SigningKeys;
  /** Whether the logs were copied into a database and go on there. */
  readonly isMoved: boolean;
  /** Whether this call made it. */
  readonly firstStart: boolean;
}

/**
 * Makes sure that a folder exists, can be written, and is empty or ours, before anything (even the lock) is put into it.
 *
 * @throws {LedgerError} `folder_unwritable`; `folder_foreign` when something else is in it
 */
export async function prepareFolder(dataDir: string): Promise<void> {
  const names = await namesInWritable(dataDir);
  if (names.includes(MARKER_FILE)) return;
  const foreign = names.find((name) => !EARLY_FILE.test(name));
  if (foreign !== undefined) {
    throw new LedgerError(
      'folder_foreign',
      `${dataDir} is not a data folder of Attestry: it has no ${MARKER_FILE} but holds ${JSON.stringify(foreign)}. ` +
        'Choose an empty or new folder with ATTESTRY_DATA_DIR',
    );
  }
  await chmod(dataDir, 0o700);
}

async function namesInWritable(dataDir: string): Promise<readonly string[]> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return await readdir(dataDir);
  } catch (cause) {
    throw new LedgerError(
      'folder_unwritable',
      `the data folder ${dataDir} cannot be made or written here (${(cause as Error).message}). Run as the user who ` +
        'owns it, make the disk writable, or choose another folder with ATTESTRY_DATA_DIR. ' +
        'Reading (attestry verify --data) works without',
      { cause },
    );
  }
}

/**
 * Opens a locked folder for writing, and at the first start makes what is missing: the keys, and last the marker, so
 * that a first start that is cut off is simply repeated. Later a missing key is an error, never made anew.
 */
export async function openFolder(
  crypto: CryptoProvider,
  random: RandomSource,
  options: FolderOptions,
): Promise<DataFolder> {
  const paths = dataPaths(options.dataDir, options.signingKeyFile);
  const marker = await readMarker(options.dataDir);
  if (marker !== undefined) {
    const folder = await openExisting(crypto, random, options);
    if (options.installation !== undefined)
      assertSameInstallation(installationOf(folder), options.installation, options.dataDir);
    return { ...folder, firstStart: false };
  }

  const { installation } = options;
  const logName =
    options.logName ?? installation?.logName ?? `${randomBytes(6).toString('hex')}.attestry.local`;
  assertLogName(logName);
  // A key that was made here could not be that of the others.
  if (installation !== undefined) assertKeysGiven(options, paths);
  if (options.masterKey === undefined && !existsSync(paths.masterKey)) {
    await replaceFile(paths.masterKey, newMasterKeyText(), 0o600);
  }
  if (!existsSync(paths.signingKey)) {
    if (options.signingKeyFile !== undefined) throw noSuchSigningKey(options.signingKeyFile);
    const keys: SigningKeys = { current: SigningKey.generate(crypto), next: undefined, former: [] };
    await replaceFile(paths.signingKey, formatSigningKeys(keys), 0o600);
  }
  const masterKey = await readMasterKey(options, paths);
  const master = new MasterKey(crypto, random, masterKey);
  const signingKeys = await readSigningKeys(crypto, paths);
  if (installation !== undefined)
    assertSameInstallation(installationOf({ logName, master, signingKeys }), installation, options.dataDir);
  const made: Marker = {
    format: FORMAT,
    version: VERSION,
    log_name: logName,
    master_key: master.fingerprint(),
  };
  // The folder is ours from here on.
  await replaceFile(join(options.dataDir, MARKER_FILE), `${JSON.stringify(made, null, 2)}\n`, 0o600);
  const givenMasterKey = given(options, masterKey);
  return { paths, logName, master, givenMasterKey, signingKeys, isMoved: false, firstStart: true };
}

/**
 * Opens a folder that exists, changing nothing in it.
 *
 * @throws {LedgerError} `folder_missing`, `folder_foreign`, `folder_newer`, `log_name_changed`, `key_missing`,
 *   `master_key_wrong`, `signing_key_invalid`
 */
export async function openExisting(
  crypto: CryptoProvider,
  random: RandomSource,
  options: FolderOptions,
): Promise<Omit<DataFolder, 'firstStart'>> {
  const paths = dataPaths(options.dataDir, options.signingKeyFile);
  const marker = await readMarker(options.dataDir);
  if (marker === undefined) {
    throw new LedgerError(
      'folder_missing',
      `${options.dataDir} is not a data folder of Attestry: it has no ${MARKER_FILE}`,
    );
  }
  const logName = marker.log_name;
  if (options.logName !== undefined && options.logName !== logName) {
    throw new LedgerError(
      'log_name_changed',
      `the logs in ${options.dataDir} are named ${logName}, but ATTESTRY_LOG_NAME says ${options.logName}. ` +
        'The name is part of every record and never changes: unset it, or start with an empty folder',
    );
  }
  const masterKey = await readMasterKey(options, paths);
  const master = new MasterKey(crypto, random, masterKey);
  if (master.fingerprint() !== marker.master_key) {
    throw new LedgerError(
      'master_key_wrong',
      `the master key is not the one ${options.dataDir} was made with: pass the right one as ATTESTRY_MASTER_KEY, ` +
        'or restore master.key from its backup',
    );
  }
  const signingKeys = await readSigningKeys(crypto, paths);
  const isMoved = marker.moved === true;
  return { paths, logName, master, givenMasterKey: given(options, masterKey), signingKeys, isMoved };
}

function assertKeysGiven(options: FolderOptions, paths: DataPaths): void {
  const missing = [
    ...(options.masterKey === undefined && !existsSync(paths.masterKey) ? [paths.masterKey] : []),
    ...(existsSync(paths.signingKey) ? [] : [paths.signingKey]),
  ];
  if (missing.length === 0) return;
  throw new LedgerError(
    'key_missing',
    `the database belongs to an installation that has its keys, and this node needs the same: ${missing.join(' and ')} ` +
      `${missing.length === 1 ? 'is' : 'are'} missing. Copy master.key and signing.key from the data folder of another ` +
      `node into ${options.dataDir} (mode 0600), or pass ATTESTRY_MASTER_KEY and ATTESTRY_SIGNING_KEY_FILE`,
  );
}

/** A key that is named is never made: a misspelt path would give the log another key, somewhere on the disk. */
function noSuchSigningKey(path: string): LedgerError {
  return new LedgerError(
    'key_missing',
    `ATTESTRY_SIGNING_KEY_FILE names ${path}, which does not exist. To keep the key elsewhere, start once without the ` +
      'variable, stop, and move signing.key from the data folder there',
  );
}

/** Replaces the signing key file; what is on the disk afterwards is what the returned keys say. */
export async function writeSigningKeys(path: string, keys: SigningKeys): Promise<void> {
  await replaceFile(path, formatSigningKeys(keys), 0o600);
}

/** Marks a folder whose logs go on in a database. */
export async function markMoved(dataDir: string): Promise<void> {
  const marker = await readMarker(dataDir);
  const text = JSON.stringify({ ...marker, moved: true }, null, 2);
  await replaceFile(join(dataDir, MARKER_FILE), `${text}\n`, 0o600);
}

/**
 * Two stores with the same keys would each sign a history of their own.
 *
 * @throws {LedgerError} `folder_moved`
 */
export function assertNotMoved({ isMoved, paths }: Pick<DataFolder, 'isMoved' | 'paths'>): void {
  if (!isMoved) return;
  throw new LedgerError(
    'folder_moved',
    `the logs of ${paths.dataDir} were copied into a database and go on there: set ATTESTRY_STORE to its URL. To go back to ` +
      `the copy in the folder, and lose what was recorded since, remove "moved" from ${MARKER_FILE}`,
  );
}

async function readMarker(dataDir: string): Promise<Marker | undefined> {
  const path = join(dataDir, MARKER_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const marker = parseMarker(text);
  if (marker === undefined) {
    throw new LedgerError('folder_foreign', `${path} is damaged: restore it from a backup of the folder`);
  }
  if (marker.version > VERSION) {
    throw new LedgerError(
      'folder_newer',
      `${dataDir} has format ${marker.version}, this program knows up to ${VERSION}: start a newer Attestry`,
    );
  }
  return marker;
}

function parseMarker(text: string): Marker | undefined {
  let json: Partial<Marker>;
  try {
    json = JSON.parse(text) as Partial<Marker>;
  } catch {
    // Not JSON: the caller reports a damaged marker with its path.
    return undefined;
  }
  const sound =
    json.format === FORMAT &&
    typeof json.version === 'number' &&
    (json.version > VERSION || (typeof json.log_name === 'string' && typeof json.master_key === 'string'));
  return sound ? (json as Marker) : undefined;
}

function given(options: FolderOptions, masterKey: Uint8Array): Uint8Array | undefined {
  return options.masterKey === undefined ? undefined : masterKey;
}

async function readMasterKey(options: FolderOptions, paths: DataPaths): Promise<Uint8Array> {
  if (options.masterKey instanceof Uint8Array) return options.masterKey;
  if (options.masterKey !== undefined) return parseMasterKey(options.masterKey, 'ATTESTRY_MASTER_KEY');
  return parseMasterKey(await readKeyFile(paths.masterKey), paths.masterKey);
}

async function readSigningKeys(crypto: CryptoProvider, paths: DataPaths): Promise<SigningKeys> {
  return parseSigningKeys(crypto, await readKeyFile(paths.signingKey), paths.signingKey);
}

async function readKeyFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new LedgerError(
      'key_missing',
      `${path} cannot be read (${error.code}). The data needs this very key: restore it from its backup`,
      { cause: error },
    );
  });
}

function assertLogName(logName: string): void {
  if (logName === '' || !isLogOrigin(`${logName}/t/x`) || logName.includes('/t/') || logName.length > 200) {
    throw new LedgerError(
      'log_name_invalid',
      `the log name ${JSON.stringify(logName)} cannot be used: take something like a host name, e.g. audit.example.com`,
    );
  }
}
