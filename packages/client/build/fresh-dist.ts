// `dist` for tests that use the package as its users do: made when it is not that of the sources, by one at a time.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const packageDir = fileURLToPath(new URL('..', import.meta.url));
const stampPath = join(packageDir, 'dist', '.made-of');
const lockPath = join(packageDir, '.tmp-dist.lock');

/** Longest time that another build may take before its lock counts as left behind. */
const BUILD_MS_MAX = 120_000;

/** Makes `dist` when the sources have changed since it was made. Safe to call from several processes at once. */
export async function freshDist(): Promise<void> {
  const wanted = fingerprint();
  const endMs = Date.now() + BUILD_MS_MAX;
  while (!isMadeOf(wanted)) {
    if (!tryLock()) {
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

function isMadeOf(wanted: string): boolean {
  return !existsSync(lockPath) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === wanted;
}

function tryLock(): boolean {
  try {
    writeFileSync(lockPath, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(join(packageDir, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `src/${name}`)
    .sort();
  for (const name of [...sources, 'build/build.ts', 'tsconfig.build.json', 'package.json']) {
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(packageDir, name)))
      .update('\0');
  }
  return hash.digest('hex');
}
