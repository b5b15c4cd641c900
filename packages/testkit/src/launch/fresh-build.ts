import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** What is built, and of what. */
export interface BuildOrder {
  /** The package; it is built into its `dist` by its `build/build.ts`. */
  readonly packageDir: string;
  /** Files and folders, relative to the package, that the build depends on; tests below them do not count. */
  readonly sources: readonly string[];
}

/** Longest time that another build may take before its lock counts as left behind. */
const BUILD_MS_MAX = 120_000;

/** Builds a package when its sources have changed since it was built. Safe to call from several processes at once. */
export async function freshBuild({ packageDir, sources }: BuildOrder): Promise<void> {
  const stampPath = join(packageDir, 'dist', '.made-of');
  const lockPath = join(packageDir, '.tmp-dist.lock');
  const wanted = fingerprint(packageDir, sources);
  const isMade = (): boolean =>
    !existsSync(lockPath) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === wanted;
  const endMs = Date.now() + BUILD_MS_MAX;
  while (!isMade()) {
    if (!tryLock(lockPath)) {
      if (Date.now() > endMs) rmSync(lockPath, { force: true });
      await sleep(100);
      continue;
    }
    try {
      await promisify(execFile)(process.execPath, [join(packageDir, 'build/build.ts')]);
      writeFileSync(stampPath, wanted);
    } finally {
      rmSync(lockPath, { force: true });
    }
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function fingerprint(packageDir: string, sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const name of sources.flatMap((source) => filesBelow(packageDir, source)).sort()) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(packageDir, name)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(packageDir: string, source: string): readonly string[] {
  if (statSync(join(packageDir, source)).isFile()) return [source];
  return readdirSync(join(packageDir, source), { recursive: true, encoding: 'utf8' })
    .map((name) => join(source, name))
    .filter((name) => !name.includes('.test.') && statSync(join(packageDir, name)).isFile());
}
