import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freshBuild } from '@attestry/testkit';

const packageDir = join(import.meta.dirname, '..');
export const rootDir = join(packageDir, '../..');
const modules = join(rootDir, 'node_modules');

/** Builds the package when its sources have changed. */
export async function builtPackage(): Promise<void> {
  await freshBuild({
    packageDir,
    sources: ['src', '../core/src', 'build', 'package.json', 'tsconfig.build.json'],
  });
}

/** What the package asks its users to install, and what it installs by itself. */
const INSTALLED = [
  ...['@noble/ciphers', '@noble/curves', '@noble/hashes', 'diff', 'openapi-fetch'],
  ...['openapi-typescript-helpers', '@types/react', '@types/react-dom', 'csstype'],
] as const;

export type ReactVersion = 18 | 19;

/** A folder of an app with the package from its tarball and one React: nothing else of the workspace is seen. */
export async function installPacked(react: ReactVersion): Promise<string> {
  await builtPackage();
  const folder = mkdtempSync(join(tmpdir(), 'attestry-react-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: packageDir,
  });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const target = join(folder, 'node_modules/@attestry/react');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', target]);
  for (const name of INSTALLED) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(modules, name), link);
  }
  installReact(folder, react);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  return folder;
}

/** Installs another React. Copied, not linked: what it requires must be found beside it, not in the workspace. */
export function installReact(folder: string, version: ReactVersion): void {
  const [react, dom] = version === 18 ? ['react-18', 'react-dom-18'] : ['react', 'react-dom'];
  const scheduler = version === 18 ? 'react-dom-18/node_modules/scheduler' : 'scheduler';
  for (const [name, from] of [
    ['react', react],
    ['react-dom', dom],
    ['scheduler', scheduler],
  ] as const) {
    const to = join(folder, 'node_modules', name);
    rmSync(to, { recursive: true, force: true });
    cpSync(join(modules, from), to, { recursive: true });
  }
}
