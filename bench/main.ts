import { parseArgs } from 'node:util';
import type { BenchCase, BenchContext, Figure } from './case.ts';
import { append } from './cases/append.ts';
import { busyLatency } from './cases/busy-latency.ts';
import { clientCapture } from './cases/client-capture.ts';
import { clientMiddleware } from './cases/client-middleware.ts';
import { clientOutage } from './cases/client-outage.ts';
import { clientSpool } from './cases/client-spool.ts';
import { consolePages } from './cases/console.ts';
import { freshness } from './cases/freshness.ts';
import { millionEvents } from './cases/million-events.ts';
import { postgresAppend } from './cases/postgres-append.ts';
import { postgresNodes } from './cases/postgres-nodes.ts';
import { postgresQuery } from './cases/postgres-query.ts';
import { postgresSingle } from './cases/postgres-single.ts';
import { queryPage } from './cases/query-page.ts';
import { singlePost } from './cases/single-post.ts';
import { fillMillion, type Million } from './million.ts';
import { measureParallelism } from './parallelism.ts';

const CASES: readonly BenchCase[] = [
  ...[append, singlePost, busyLatency, freshness, millionEvents, queryPage],
  ...[postgresAppend, postgresQuery, postgresSingle, postgresNodes],
  ...[clientCapture, clientMiddleware, clientOutage, clientSpool, consolePages],
];
const MILLION = 1_000_000;

interface Result extends Figure {
  readonly ratio: number;
  readonly met: boolean;
}

function isMet(figure: Figure): boolean {
  return figure.better === 'more' ? figure.value >= figure.target : figure.value <= figure.target;
}

function line(result: Result): string {
  const sign = result.better === 'more' ? '>=' : '<=';
  const value = result.value.toFixed(result.unit === 'bytes' || result.unit === 'MB' ? 0 : 2);
  const mark = result.met ? 'met   ' : 'MISSED';
  return `${mark} ${result.name}: ${value} ${result.unit} (${sign} ${result.target})\n       ${result.detail}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !CASES.some((one) => one.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `no such case: ${unknown.join(', ')}; there are ${CASES.map((one) => one.name).join(', ')}\n`,
    );
    process.exitCode = 2;
    return;
  }
  let million: Promise<Million> | undefined;
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const context: BenchContext = {
    quick: values.quick,
    million: () => {
      million ??= fillMillion(MILLION, say);
      return million;
    },
    say,
  };
  const machine = await measureParallelism();
  say(`${machine.cpus} processors that together do ${machine.speedup.toFixed(2)} times what one does alone`);
  const results: Result[] = [];
  for (const one of CASES) {
    if (positionals.length > 0 && !positionals.includes(one.name)) continue;
    say(`running ${one.name}`);
    for (const figure of await one.run(context)) {
      const result = { ...figure, ratio: figure.value, met: isMet(figure) };
      results.push(result);
      say(line(result));
    }
  }
  await (await million)?.server.stop();
  const answer = values.json
    ? JSON.stringify({ machine, results }, undefined, 2)
    : results.map(line).join('\n');
  process.stdout.write(`${answer}\n`);
}

await main();
