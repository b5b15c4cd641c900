import { parseArgs } from 'node:util';
import { sharedPostgres } from '../launch/postgres/shared-postgres.ts';
import { type CrashReport, runCrashes } from './crash-runner.ts';
import { runNodeCrashes } from './node-crash-runner.ts';

// script/bench crash --runs N [--seed S], with --nodes 3 as many processes over one PostgreSQL, N times each

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const nodes = Number(values.nodes);
if (![runs, seed, nodes].every(Number.isInteger) || runs < 1 || nodes < 0) {
  process.stderr.write('usage: script/bench crash --runs N [--seed S] [--nodes N] [--json]\n');
  process.exit(2);
}

function say(run: number, of: number, receipts: number): void {
  if (run % 10 === 0 || run === of)
    process.stderr.write(`${run} of ${of} crashes, ${receipts} receipts found or still to be found\n`);
}

async function crashNodes(): Promise<CrashReport> {
  const server = await sharedPostgres();
  const database = await server.createDatabase();
  try {
    const onKill = (kills: number, receipts: number): void => say(kills, runs * nodes, receipts);
    return await runNodeCrashes({ store: database.url, nodes, kills: runs, seed, onKill });
  } finally {
    await database.drop();
    server.release();
  }
}

const report =
  nodes > 0
    ? await crashNodes()
    : await runCrashes({ runs, seed, onRun: (run, receipts) => say(run, runs, receipts) });
const summary = `${report.runs} crashes: ${report.receipts} acknowledged events, none missing, none doubled; every log whole`;
process.stdout.write(`${values.json ? JSON.stringify(report) : summary}\n`);
