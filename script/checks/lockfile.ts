import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, CheckResult } from './check.ts';

interface LockEntry {
  version?: string;
  resolved?: string;
  integrity?: string;
  dev?: boolean;
  optional?: boolean;
  link?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

interface Lockfile {
  packages: Record<string, LockEntry>;
}

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** The platform that a package such as `@scope/binding-linux-arm-gnueabihf` is for, read off its name. */
function platformOf(name: string): { os?: string[]; cpu?: string[] } {
  const words = name.split(/[-/]/);
  const os = name.endsWith('fsevents') ? ['darwin'] : systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  return { ...(os.length > 0 && { os }), ...(cpu.length > 0 && { cpu }) };
}

function isLocked(lock: Lockfile, parent: string, name: string): boolean {
  if (lock.packages[`${parent}/node_modules/${name}`] !== undefined) return true;
  return lock.packages[`node_modules/${name}`] !== undefined;
}

/**
 * Platform packages that the lock file names as optional but does not list. `npm ci` refuses such a file. They are
 * missing when the registry of the person who wrote the file did not serve other platforms.
 */
function unlistedPlatforms(
  lock: Lockfile,
): { name: string; version: string; dev: boolean; parent: string }[] {
  return Object.entries(lock.packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name, range]) => /^\d/.test(range) && !isLocked(lock, parent, name))
      .map(([name, version]) => ({ name, version, dev: entry.dev === true, parent })),
  );
}

function sorted(packages: Record<string, LockEntry>): Record<string, LockEntry> {
  return Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
}

function repair(lock: Lockfile): void {
  for (const entry of Object.values(lock.packages)) {
    if (entry.link !== true && entry.resolved?.includes('://')) delete entry.resolved;
  }
  for (const { name, version, dev } of unlistedPlatforms(lock)) {
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(dev && { dev }),
      optional: true,
      ...platformOf(name),
    };
  }
  lock.packages = sorted(lock.packages);
}

/** package-lock.json names no download host and lists the packages of every platform. */
export const lockfileCheck: Check = {
  name: 'lockfile',
  async run({ root, fix }): Promise<CheckResult> {
    const path = join(root, 'package-lock.json');
    const lock = JSON.parse(readFileSync(path, 'utf8')) as Lockfile;
    if (fix) {
      repair(lock);
      writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
    }
    const hosts = Object.entries(lock.packages)
      .filter(([, entry]) => entry.resolved?.includes('://'))
      .map(([name]) => `package-lock.json: ${name} names a download address in "resolved"`);
    const unlisted = unlistedPlatforms(lock).map(
      ({ name, parent }) =>
        `package-lock.json: ${parent} needs ${name}, which has no entry (npm ci would refuse)`,
    );
    const findings = [...hosts, ...unlisted];
    const advice = findings.length > 0 ? ['Repair it with: script/check --fix lockfile'] : [];
    return { ok: findings.length === 0, output: [...findings, ...advice].join('\n') };
  },
};
