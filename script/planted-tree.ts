import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The working tree's settings without its code, in which a test plants violations that the checks must find. */
export interface PlantedTree {
  readonly root: string;
  /** Writes a file of the copy, folders included. */
  plant(path: string, text: string): void;
  remove(): void;
}

/** Code, texts and data: no check needs them to find what is planted, and they take most of the time of every check. */
const LEFT_OUT =
  /^(?:packages|apps|examples|bench|docs|script|spec)\/.*(?:\.(?:[cm]?[jt]sx?|css|html|md|sql|svg|txt)|vectors\/.*)$/;

/** A file in each folder that a check is told to read. */
const STUBS = ['apps/console/src/main.ts', 'bench/main.ts', 'script/check.ts'];

function copyTrackedFiles(from: string, to: string): void {
  const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: from,
    encoding: 'utf8',
  });
  for (const path of listing.split('\0')) {
    if (path === '' || LEFT_OUT.test(path)) continue;
    if (existsSync(join(from, path))) cpSync(join(from, path), join(to, path));
  }
}

/** Other packages are imported by their entry. */
function plantStubs(to: string): void {
  const entries = readdirSync(join(to, 'packages')).map((name) => `packages/${name}/src/index.ts`);
  for (const path of [...STUBS, ...entries]) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), 'export {};\n');
  }
}

/** Links every installed package, but our own ones to the copy: else a check would look at the original. */
function linkDependencies(from: string, to: string): void {
  const scoped = join(to, 'node_modules', '@attestry');
  mkdirSync(scoped, { recursive: true });
  for (const name of readdirSync(join(from, 'node_modules'))) {
    if (['@attestry', 'attestry', '.bin', '.cache', '.vite'].includes(name)) continue;
    symlinkSync(realpathSync(join(from, 'node_modules', name)), join(to, 'node_modules', name));
  }
  symlinkSync(join(to, 'packages', 'cli'), join(to, 'node_modules', 'attestry'));
  symlinkSync(join(to, 'apps', 'console'), join(scoped, 'console'));
  linkOwn(from, to, join('apps', 'console'));
  for (const name of readdirSync(join(to, 'packages'))) {
    if (name !== 'cli') symlinkSync(join(to, 'packages', name), join(scoped, name));
    linkOwn(from, to, join('packages', name));
  }
}

/** What npm installed for one package alone. */
function linkOwn(from: string, to: string, folder: string): void {
  const own = join(from, folder, 'node_modules');
  if (existsSync(own)) symlinkSync(own, join(to, folder, 'node_modules'));
}

/**
 * Copies the settings of the tools and the packages, and links node_modules.
 *
 * @param from root of the tree to copy
 */
export function plantedTree(from: string): PlantedTree {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'attestry-checks-')));
  copyTrackedFiles(from, root);
  plantStubs(root);
  linkDependencies(from, root);
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  return {
    root,
    plant(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
