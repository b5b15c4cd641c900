import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boundariesCheck } from './checks/boundaries.ts';
import type { Check, CheckResult } from './checks/check.ts';
import { filesCheck } from './checks/files.ts';
import { formatCheck } from './checks/format.ts';
import { goldenCheck } from './checks/golden.ts';
import { lockfileCheck } from './checks/lockfile.ts';
import { promisesCheck } from './checks/promises.ts';
import { typesCheck } from './checks/type-check.ts';
import { unusedCheck } from './checks/unused.ts';
import { type PlantedTree, plantedTree } from './planted-tree.ts';

const root = join(import.meta.dirname, '..');
const checkMsMax = 120_000;

interface Violation {
  /** What the check must say on a line that names the file. */
  readonly rule: string;
  readonly path: string;
  readonly text: string;
}

const hosts = ['registry', 'npmjs', 'org'].join('.');
const forgotten = `// ${'TO'}DO: later\n`;

const violations: readonly { readonly check: Check; readonly planted: readonly Violation[] }[] = [
  {
    check: formatCheck,
    planted: [
      { rule: 'format', path: 'packages/core/src/planted/format.ts', text: 'export   const x=1\n' },
      {
        rule: 'noExcessiveLinesPerFunction',
        path: 'packages/core/src/planted/long-function.ts',
        text: `export function long(): number {\n  let n = 0;\n${'  n += 1;\n'.repeat(71)}  return n;\n}\n`,
      },
      {
        rule: 'useMaxParams',
        path: 'packages/core/src/planted/many-parameters.ts',
        text: 'export const sum = (a: number, b: number, c: number, d: number, e: number): number => a + b + c + d + e;\n',
      },
      {
        rule: 'noDefaultExport',
        path: 'packages/core/src/planted/default-export.ts',
        text: 'export default 1;\n',
      },
    ],
  },
  {
    check: typesCheck,
    planted: [
      {
        rule: 'TS2322',
        path: 'packages/core/src/planted/type-error.ts',
        text: "export const n: number = 'one';\n",
      },
      {
        rule: 'TS2322',
        path: 'apps/console/src/planted/type-error.tsx',
        text: "export const n: number = 'one';\n",
      },
      {
        rule: 'TS1294',
        path: 'packages/core/src/planted/not-erasable.ts',
        text: 'export enum Colour {\n  red,\n}\n',
      },
    ],
  },
  {
    check: promisesCheck,
    planted: [
      {
        rule: 'no-floating-promises',
        path: 'packages/ledger/src/planted/floating.ts',
        text: 'export function go(work: () => Promise<void>): void {\n  work();\n}\n',
      },
      {
        rule: 'no-misused-promises',
        path: 'packages/ledger/src/planted/misused.ts',
        text: 'export function go(work: () => Promise<boolean>): number {\n  if (work()) return 1;\n  return 0;\n}\n',
      },
      {
        rule: 'no-explicit-any',
        path: 'packages/ledger/src/planted/any.ts',
        text: 'export const anything = (value: any): unknown => value;\n',
      },
      {
        rule: 'no-empty',
        path: 'packages/ledger/src/planted/empty-catch.ts',
        text: 'export function go(work: () => void): void {\n  try {\n    work();\n  } catch {}\n}\n',
      },
    ],
  },
  {
    check: boundariesCheck,
    planted: [
      {
        rule: 'core-is-pure',
        path: 'packages/core/src/planted/built-in.ts',
        text: "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
      },
      {
        rule: 'core-libraries',
        path: 'packages/core/src/planted/library.ts',
        text: "import { fastify } from 'fastify';\nexport const app = fastify;\n",
      },
      {
        rule: 'core-imports-downwards',
        path: 'packages/core/src/planted/upwards.ts',
        text: "export * from '@attestry/ledger';\n",
      },
      {
        rule: 'ledger-imports-downwards',
        path: 'packages/ledger/src/planted/upwards.ts',
        // A type import leaves no trace in the compiled code and crosses the boundary all the same.
        text: "import type { Config } from '@attestry/server';\nexport type C = Config;\n",
      },
      {
        rule: 'server-imports-downwards',
        path: 'packages/server/src/planted/upwards.ts',
        text: "export * from '../../../cli/src/index.ts';\n",
      },
      {
        rule: 'packages-by-name',
        path: 'packages/ledger/src/planted/by-path.ts',
        text: "export * from '../../../core/src/index.ts';\n",
      },
      {
        rule: 'stores-are-separate',
        path: 'packages/ledger/src/stores/planted/other-store.ts',
        text: "export * from '../sqlite/planted.ts';\n",
      },
      {
        rule: 'ports-not-stores',
        path: 'packages/ledger/src/sequencer/planted.ts',
        text: "export * from '../stores/sqlite/planted.ts';\n",
      },
      {
        rule: 'ports-import-no-implementation',
        path: 'packages/ledger/src/ports/planted.ts',
        text: "export * from '../sequencer/planted-target.ts';\n",
      },
      {
        rule: 'console-imports-downwards',
        path: 'apps/console/src/planted/upwards.ts',
        text: "export * from '@attestry/server';\n",
      },
      {
        rule: 'react-imports-downwards',
        path: 'packages/react/src/planted/upwards.ts',
        text: "export * from '@attestry/ledger';\n",
      },
      {
        rule: 'browsers-have-no-node',
        path: 'packages/react/src/planted/built-in.ts',
        text: "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
      },
      {
        rule: 'operations-see-no-request',
        path: 'packages/server/src/operations/planted.ts',
        text: "import type { FastifyRequest } from 'fastify';\nexport type R = FastifyRequest;\n",
      },
      {
        rule: 'no-cycles',
        path: 'packages/ledger/src/planted/cycle-a.ts',
        text: "import { b } from './cycle-b.ts';\nexport const a = (): unknown => b;\n",
      },
      {
        rule: 'no-import-of-tests',
        path: 'packages/core/src/planted/imports-test.ts',
        text: "export * from './planted.test.ts';\n",
      },
      {
        rule: 'resolvable',
        path: 'packages/core/src/planted/nowhere.ts',
        text: "export * from './not-there.ts';\n",
      },
    ],
  },
  {
    check: unusedCheck,
    planted: [
      {
        rule: 'nobody.ts',
        path: 'packages/ledger/src/planted/nobody.ts',
        text: 'export const nobody = 1;\n',
      },
      {
        rule: 'csv-stringify',
        path: 'packages/ledger/src/planted/unlisted.test.ts',
        text: "import 'csv-stringify';\n",
      },
      {
        rule: 'unusedName',
        path: 'packages/ledger/src/planted/used.ts',
        text: 'export const used = 1;\nexport const unusedName = 2;\n',
      },
    ],
  },
  {
    check: filesCheck,
    planted: [
      { rule: '501 lines', path: 'packages/core/src/planted/long-file.ts', text: '// line\n'.repeat(501) },
      { rule: 'unfinished work', path: 'packages/core/src/planted/unfinished.ts', text: forgotten },
      { rule: 'the one concept', path: 'packages/core/src/planted/utils.ts', text: 'export const x = 1;\n' },
      {
        rule: 'openEmbedded',
        path: 'packages/server/src/operations/planted-store.ts',
        text: "import { openEmbedded } from '@attestry/ledger';\nexport const open = openEmbedded;\n",
      },
      { rule: 'package registry', path: 'docs/planted.md', text: `See https://${hosts}/x\n` },
    ],
  },
  {
    check: goldenCheck,
    planted: [
      {
        rule: 'planted file',
        path: 'packages/core/src/planted/planted.golden.test.ts',
        text: "import { expect, it } from 'vitest';\nit('planted file', () => expect(1).toBe(2));\n",
      },
    ],
  },
];

/** What the planted files import; not violations themselves. */
const surroundings: Readonly<Record<string, string>> = {
  'packages/ledger/src/stores/sqlite/planted.ts': 'export const planted = 1;\n',
  'packages/ledger/src/sequencer/planted-target.ts': 'export const planted = 1;\n',
  'packages/ledger/src/planted/cycle-b.ts':
    "import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;\n",
  'packages/core/src/planted/planted.test.ts': 'export const planted = 1;\n',
  'packages/ledger/src/planted/uses.test.ts': "import { used } from './used.ts';\nused.toFixed();\n",
};

describe('the checks find a planted violation of every rule', () => {
  let tree: PlantedTree;
  beforeAll(() => {
    tree = plantedTree(root);
    for (const [path, text] of Object.entries(surroundings)) tree.plant(path, text);
    for (const { planted } of violations) for (const { path, text } of planted) tree.plant(path, text);
  });
  afterAll(() => tree.remove());

  describe.each(violations)('$check.name', ({ check, planted }) => {
    let result: CheckResult;
    beforeAll(async () => {
      result = await check.run({ root: tree.root, fix: false });
    }, checkMsMax);

    it('fails', () => {
      expect(result.ok).toBe(false);
    });

    it.each(planted)('names $path for $rule', ({ rule, path }) => {
      const naming = result.output.split('\n').filter((line) => line.includes(path));
      expect(naming.join('\n'), result.output.slice(0, 4000)).toContain(rule);
    });
  });
});

describe('lockfile', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { resolved?: string }>;
  };
  let tree: PlantedTree;
  beforeAll(() => {
    tree = plantedTree(root);
    const { 'node_modules/@biomejs/cli-win32-x64': _removed, ...packages } = lock.packages;
    const vitest = { ...packages['node_modules/vitest'], resolved: `https://${hosts}/vitest.tgz` };
    const damaged = { ...lock, packages: { ...packages, 'node_modules/vitest': vitest } };
    tree.plant('package-lock.json', `${JSON.stringify(damaged, undefined, 2)}\n`);
  });
  afterAll(() => tree.remove());

  it('names an entry with a download address and an entry that is missing, then repairs both', async () => {
    const found = await lockfileCheck.run({ root: tree.root, fix: false });
    expect(found.ok).toBe(false);
    expect(found.output).toContain('node_modules/vitest names a download address');
    expect(found.output).toContain('needs @biomejs/cli-win32-x64');
    expect(await lockfileCheck.run({ root: tree.root, fix: true })).toEqual({ ok: true, output: '' });
    expect(JSON.parse(readFileSync(join(tree.root, 'package-lock.json'), 'utf8'))).toEqual(lock);
  });
});
