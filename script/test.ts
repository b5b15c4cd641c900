import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { SummaryReporter } from './summary-reporter.ts';

const root = join(import.meta.dirname, '..');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fuzz: { type: 'boolean', default: false },
    'test-name-pattern': { type: 'string', short: 't' },
  },
});

// Tests read it: the fuzz test is collected only with --fuzz, because it takes minutes.
if (values.fuzz) process.env.ATTESTRY_TEST_FUZZ = '1';
process.chdir(root);

// Hundreds of processes and threads start in a run, each from the same sources: the modules that the first ones compiled
// make every later start half as long. The CLI keeps its own there too.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'attestry-compile');

const namePattern = values['test-name-pattern'];
const summary = new SummaryReporter({
  root,
  ci: process.env.CI !== undefined && process.env.CI !== '',
  byName: namePattern !== undefined,
});
const vitest = await startVitest('test', positionals, {
  root,
  watch: false,
  reporters: ['default', summary],
  ...(namePattern !== undefined && { testNamePattern: namePattern }),
});
await vitest.close();
process.exitCode = summary.print(process.stdout) ? 0 : 1;
