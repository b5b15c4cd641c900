import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DISK_FREE_BYTES_FAIL, DISK_FREE_BYTES_WARN } from '../limits.ts';
import { formatBytes } from '../terminal/quantity.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** Files of the data folder that only their owner may read. */
const SECRET_FILES = ['signing.key', 'master.key', 'cli.json'] as const;

/** Node, the clock, the data folder, its lock and the disk under it. */
export async function checkMachine(dataDir: string): Promise<readonly Check[]> {
  const folder = resolve(dataDir);
  const facts = await stat(folder).catch(() => undefined);
  const checks = [
    checkNode(),
    checkClock(),
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
  return [...checks, await checkFolder(folder), ...(await checkSecrets(folder)), await checkLock(folder)];
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

async function checkFolder(folder: string): Promise<Check> {
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return fail(
      'data folder',
      `${folder} cannot be read and written by this user`,
      'Run as the user who owns it.',
    );
  }
  const format = await readFile(join(folder, 'attestry.json'), 'utf8').catch(() => undefined);
  if (format === undefined) {
    return warn(
      'data folder',
      `${folder} has no attestry.json`,
      'It is not a data folder yet. Is that the right one?',
    );
  }
  try {
    const { format: name, log_name: logName } = JSON.parse(format) as {
      format?: unknown;
      log_name?: unknown;
    };
    if (name === 'attestry-data') return ok('data folder', `${folder}, log name ${String(logName)}`);
  } catch {
    // Reported below: either way the file is not what the server wrote.
  }
  return fail('data folder', `${join(folder, 'attestry.json')} is damaged`, 'Bring it back from a backup.');
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

async function checkLock(folder: string): Promise<Check> {
  const text = await readFile(join(folder, 'lock'), 'utf8').catch(() => undefined);
  if (text === undefined) return ok('lock', 'no server holds the folder');
  const pid = pidOf(text);
  if (pid === undefined) return warn('lock', 'the lock names no process', 'The next start recovers it.');
  try {
    process.kill(pid, 0);
    return ok('lock', `held by the running process ${pid}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM')
      return ok('lock', `held by the running process ${pid} of another user`);
    return warn(
      'lock',
      `left behind by process ${pid}, which is gone`,
      'The last stop was not clean. The next start recovers it; then run attestry verify.',
    );
  }
}

/** The file `lock` only names the holder; the lock itself is the operating system's and ends with the process. */
function pidOf(text: string): number | undefined {
  try {
    const { pid } = JSON.parse(text) as { pid?: unknown };
    return Number.isSafeInteger(pid) && (pid as number) > 0 ? (pid as number) : undefined;
  } catch {
    return undefined;
  }
}
