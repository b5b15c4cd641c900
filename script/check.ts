import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { boundariesCheck } from './checks/boundaries.ts';
import type { Check, CheckOptions, CheckResult } from './checks/check.ts';
import { filesCheck } from './checks/files.ts';
import { formatCheck } from './checks/format.ts';
import { goldenCheck } from './checks/golden.ts';
import { lockfileCheck } from './checks/lockfile.ts';
import { promisesCheck } from './checks/promises.ts';
import { typesCheck } from './checks/type-check.ts';
import { unusedCheck } from './checks/unused.ts';

const checks: readonly Check[] = [
  formatCheck,
  typesCheck,
  promisesCheck,
  boundariesCheck,
  unusedCheck,
  filesCheck,
  lockfileCheck,
  goldenCheck,
];

async function report(check: Check, options: CheckOptions): Promise<boolean> {
  const startedAt = performance.now();
  const result: CheckResult = await check.run(options);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const details = result.ok || result.output === '' ? '' : `${result.output.replaceAll(/^/gm, '    ')}\n`;
  process.stdout.write(
    `${result.ok ? 'ok    ' : 'FAILED'} ${check.name.padEnd(12)}${seconds.padStart(6)} s\n${details}`,
  );
  return result.ok;
}

/** One worker per core takes the next check; in the given order, so that --fix formats before anything else reads. */
async function runAll(selected: readonly Check[], options: CheckOptions): Promise<boolean> {
  const workers = options.fix ? 1 : availableParallelism();
  const queue = selected.values();
  const outcomes: boolean[] = [];
  const work = async (): Promise<void> => {
    for (const check of queue) outcomes.push(await report(check, options));
  };
  await Promise.all(Array.from({ length: workers }, work));
  return outcomes.every(Boolean);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fix: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `check: no check is called ${unknown.join(', ')}. There are: ${checks.map((c) => c.name).join(' ')}\n`,
  );
  process.exit(2);
}
const selected =
  positionals.length === 0 ? checks : checks.filter((check) => positionals.includes(check.name));
const passed = await runAll(selected, { root: join(import.meta.dirname, '..'), fix: values.fix });
process.exitCode = passed ? 0 : 1;
