import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';

/** A file longer than this says why in its first lines: `// Long because: ...` */
const fileLinesMax = 500;

// Written in parts, so that this file does not name what it forbids.
const registryHosts = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['proxy', 'golang', 'org'],
  ['sum', 'golang', 'org'],
  ['files', 'pythonhosted', 'org'],
  ['pypi', 'org'],
  ['repo1', 'maven', 'org'],
  ['repo', 'maven', 'apache', 'org'],
  ['static', 'crates', 'io'],
  ['deb', 'debian', 'org'],
].map((labels) => labels.join('.'));

const unfinished = new RegExp(String.raw`\b(TO${'DO'}|FIX${'ME'})\b`);
const vagueNames = /(^|\/)(utils?|helpers?|common|lib|types|misc)(\/|\.[cm]?[jt]sx?$)/;

// One package name stands for all of the ledger, so dependency-cruiser cannot tell these names apart.
const storeOpeners =
  /import [^;]*\b(openEmbedded|openReadOnly|openSqlite\w+)\b[^;]* from '@attestry\/ledger'/;
const storeChoosers = /^packages\/server\/src\/(main|[\w-]+\/[\w-]+-(worker|thread))\.ts$|\.test\.ts$/;

interface Rule {
  readonly applies: (path: string) => boolean;
  readonly findings: (path: string, text: string) => readonly string[];
}

const isSource = (path: string): boolean => /\.([cm]?[jt]sx?)$/.test(path);

const rules: readonly Rule[] = [
  {
    applies: isSource,
    findings: (path, text) => {
      const lines = text.split('\n').length - 1;
      const reasoned = text.split('\n', 5).some((line) => /^(\/\/|#) Long because: \S/.test(line));
      return lines > fileLinesMax && !reasoned
        ? [`${path}: ${lines} lines; split it, or say "// Long because: ..." at its top`]
        : [];
    },
  },
  {
    applies: () => true,
    findings: (path, text) =>
      registryHosts
        .filter((host) => text.includes(host))
        .map((host) => `${path}: names the package registry ${host}`),
  },
  {
    applies: isSource,
    findings: (path, text) => {
      const index = text.split('\n').findIndex((line) => unfinished.test(line));
      return index === -1 ? [] : [`${path}:${index + 1}: unfinished work; do it or write an issue`];
    },
  },
  {
    applies: isSource,
    findings: (path) => (vagueNames.test(path) ? [`${path}: name it after the one concept it holds`] : []),
  },
  {
    applies: (path) => path.startsWith('packages/server/src/') && !storeChoosers.test(path),
    findings: (path, text) => {
      const opener = storeOpeners.exec(text)?.[1];
      return opener === undefined
        ? []
        : [`${path}: calls ${opener}; only main.ts and worker threads choose a store`];
    },
  },
];

function trackedFiles(root: string): readonly string[] {
  const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listing
    .split('\0')
    .filter(
      (path) => path !== '' && statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true,
    );
}

/** Rules about files as such: length, names, and words that have no place in the repository. */
export const filesCheck: Check = {
  name: 'files',
  async run({ root }) {
    const findings = trackedFiles(root).flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return rules.filter((rule) => rule.applies(path)).flatMap((rule) => rule.findings(path, text));
    });
    return { ok: findings.length === 0, output: findings.join('\n') };
  },
};
