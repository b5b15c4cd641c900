import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { FolderInspection } from '@attestry/ledger';
import { CliError } from '../cli-error.ts';
import { readConfigFile } from '../config-file.ts';
import { elsewhere } from '../data-folder.ts';
import { DISK_FREE_BYTES_FAIL, DISK_FREE_BYTES_WARN } from '../limits.ts';
import { counted, formatBytes } from '../terminal/quantity.ts';
import { type Check, fail, ok, warn } from './check.ts';

type LockState = FolderInspection['lock'];

/** Files of the data folder that only their owner may read. */
const SECRET_FILES = ['signing.key', 'master.key', 'cli.json'] as const;

/** Node, the clock, the configuration, the disk, the data folder and what a server would find in it. */
export async function checkMachine(dataDir: string): Promise<readonly Check[]> {
  const folder = resolve(dataDir);
  const facts = await stat(folder).catch(() => undefined);
  const checks = [
    checkNode(),
    checkClock(),
    await checkConfig(),
    ...(await checkDisk(facts === undefined ? dirname(folder) : folder)),
  ];
  if (facts === undefined) {
    const detail = `${folder} does not exist`;
    return [
      ...checks,
      warn(
        'data folder',
        detail,
        'Nothing was served from here yet: attestry serve. Or name another with --data.',
      ),
    ];
  }
  if (!facts.isDirectory()) {
    return [
      ...checks,
      fail('data folder', `${folder} is not a folder`, 'Name another with --data or ATTESTRY_DATA_DIR.'),
    ];
  }
  return [...checks, ...(await checkSecrets(folder)), ...(await checkFolder(folder))];
}

function checkNode(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24) return ok('node', process.version);
  return fail(
    'node',
    `${process.version}; Attestry needs 24 or newer`,
    'Run script/setup, which brings the pinned one.',
  );
}

/** A clock that was never set starts long before this program was written. */
function checkClock(): Check {
  const now = new Date();
  if (now.getUTCFullYear() >= 2026 && now.getUTCFullYear() < 2100) return ok('clock', now.toISOString());
  return fail(
    'clock',
    `it says ${now.toISOString()}`,
    'Set it (chrony, systemd-timesyncd): times in a log cannot be corrected.',
  );
}

/** What the next `attestry serve` here would be told by environment and file. */
async function checkConfig(): Promise<Check> {
  const name = 'configuration';
  const { ConfigError, loadConfig } = await import('@attestry/server');
  try {
    loadConfig(process.env, readConfigFile());
    return ok(name, 'no mistakes in ATTESTRY_* and attestry.config.json');
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof CliError)) throw error;
    // One mistake per line there, one line here.
    const detail = error.message.replace(/\s*\n\s*- /g, ' ');
    return fail(name, detail, 'attestry config print shows every setting.');
  }
}

async function checkDisk(folder: string): Promise<readonly Check[]> {
  const disk = await statfs(folder).catch(() => undefined);
  if (disk === undefined) return [];
  const free = disk.bavail * disk.bsize;
  const detail = `${formatBytes(free)} free under ${folder}`;
  if (free < DISK_FREE_BYTES_FAIL)
    return [fail('disk', detail, 'Make room now: a full disk refuses every event.')];
  if (free < DISK_FREE_BYTES_WARN)
    return [warn('disk', detail, 'Make room soon: about 1.5 kB are needed for each event.')];
  return [ok('disk', detail)];
}

async function checkFolder(folder: string): Promise<readonly Check[]> {
  const name = 'data folder';
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const detail = `${folder} cannot be read and written by this user (${(error as NodeJS.ErrnoException).code})`;
    return [
      fail(
        name,
        detail,
        'Run as the user who owns it. On read-only media only attestry verify --data works.',
      ),
    ];
  }
  const names = await readdir(folder);
  if (names.length === 0)
    return [warn(name, `${folder} is empty`, 'Nothing was served from here yet: attestry serve.')];
  const { inspectFolder } = await import('@attestry/ledger');
  try {
    const { lock, logName, logs, records, memoryMissing, database } = await inspectFolder(
      folder,
      elsewhere(),
    );
    return [
      ok(name, `${folder}, log name ${logName}`),
      checkLock(lock),
      ok(
        'logs',
        `${counted(logs, 'log')}, ${counted(records, 'record')}; ${lock.held ? 'checked by the server when it started' : 'heads and checkpoints agree'}`,
      ),
      ...(memoryMissing ? [MEMORY_MISSING] : []),
      ...checkDatabase(database),
    ];
  } catch (error) {
    // Whatever stops a start is a line here; its message says what was found and what to do.
    return [fail(name, (error as Error).message, 'docs/ledger.md says more about each of these.')];
  }
}

const MEMORY_MISSING = warn(
  'last-seen.json',
  'it is missing: a database restored from an older copy would not be noticed',
  'Bring it back from the newest backup. The next start makes a new one from what is there.',
);

function checkDatabase(database: FolderInspection['database']): readonly Check[] {
  if (database === undefined) return [];
  const { detail, warnings } = database;
  if (warnings.length === 0) return [ok('database', detail)];
  return warnings.map((warning) => warn('database', warning, `${detail}: docs/postgres.md says more.`));
}

function checkLock({ held, holder }: LockState): Check {
  if (held) return ok('lock', `held by ${holder ?? 'a running server'}`);
  if (holder === undefined) return ok('lock', 'no server holds the folder');
  return warn(
    'lock',
    `left behind by ${holder}, which is gone`,
    'The last stop was not clean. The next start recovers; then run attestry verify.',
  );
}

async function checkSecrets(folder: string): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const name of SECRET_FILES) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts === undefined) continue;
    const mode = facts.mode & 0o777;
    if ((mode & 0o077) === 0) checks.push(ok(name, 'only its owner can read it'));
    else
      checks.push(
        fail(
          name,
          `others can read it (mode ${mode.toString(8)})`,
          `chmod 600 ${path}, and replace the key if others use this machine.`,
        ),
      );
  }
  return checks;
}
