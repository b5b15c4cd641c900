import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import type { ApiClient } from '../connection/api-client.ts';
import { ExitCode } from '../exit-code.ts';
import { BENCH_CONNECTIONS_MAX, BENCH_SECONDS_MAX } from '../limits.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { startProgress } from '../terminal/progress.ts';
import { formatCount } from '../terminal/quantity.ts';
import { renderTable } from '../terminal/table.ts';
import { line, note } from '../terminal/terminal.ts';
import { wholeNumber } from './parse-number.ts';

interface BenchOptions extends ServerOptions {
  readonly seconds: number;
  readonly connections: number;
  readonly write?: boolean;
}

interface Measured {
  readonly name: string;
  readonly requests: number;
  readonly per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** `attestry bench`: how a running server answers from here. */
export function registerBench(program: Command, context: CommandContext): void {
  const command = program
    .command('bench')
    .summary('measure a running server')
    .description(
      'Measures how a running server answers from here: bounded in time and connections, so that it does not get in the\nway. Reads only, unless --write is given: a log keeps what is written to it.',
    );
  withServerOptions(command)
    .option('--seconds <count>', 'time per measurement', wholeNumber(1, BENCH_SECONDS_MAX), 3)
    .option('--connections <count>', 'requests at once', wholeNumber(1, BENCH_CONNECTIONS_MAX), 4)
    .option('--write', 'also record events of the type attestry.bench, for good')
    .action(runs(context, (options: BenchOptions) => bench(context, options)));
  withExamples(command, [
    ['attestry bench', 'health check and queries'],
    ['attestry bench --write --seconds 10', 'durable writes too'],
  ]);
}

async function bench({ terminal }: CommandContext, options: BenchOptions): Promise<ExitCode> {
  const client = clientFor(options);
  // Before anything is measured: a wrong key must not become a fast benchmark of refusals.
  await client.json('/v1/events', { query: [['limit', '1']] });
  const tasks: readonly (readonly [name: string, once: () => Promise<unknown>])[] = [
    ['health', () => client.text('/health')],
    ['query, newest 100', () => client.text('/v1/events', { query: [['limit', '100']] })],
    ['stats by type', () => client.text('/v1/stats', { query: [['group_by', 'type']] })],
    ...(options.write === true
      ? ([
          ['write one event', () => record(client, 1)],
          ['write 100 events', () => record(client, 100)],
        ] as const)
      : []),
  ];
  const progress = await startProgress(terminal, {
    label: 'bench',
    unit: 'steps',
    total: tasks.length,
    quiet: options.json === true,
  });
  const results: Measured[] = [];
  for (const [name, once] of tasks) {
    results.push(await measure(name, once, options));
    progress.update(results.length);
  }
  progress.stop();
  if (options.json === true) {
    await line(terminal, safeJson({ url: client.connection.url, connections: options.connections, results }));
    return ExitCode.done;
  }
  const table = renderTable(
    results,
    [
      { title: 'WHAT', value: (one) => one.name },
      { title: 'PER SECOND', value: (one) => formatCount(one.per_second), align: 'right' },
      { title: 'P50 MS', value: (one) => one.p50_ms.toFixed(1), align: 'right' },
      { title: 'P99 MS', value: (one) => one.p99_ms.toFixed(1), align: 'right' },
      { title: 'REQUESTS', value: (one) => formatCount(one.requests), align: 'right', dropOrder: 1 },
    ],
    { width: terminal.columns, paintTitle: terminal.colour.dim },
  );
  await line(terminal, table);
  await note(
    terminal,
    `${options.connections} at once, ${options.seconds} s each; the network and this machine are part of it`,
  );
  return ExitCode.done;
}

function record(client: ApiClient, count: number): Promise<unknown> {
  const events = Array.from({ length: count }, () => ({
    id: randomUUID(),
    type: 'attestry.bench',
    category: 'system',
    actor: { type: 'service', id: 'attestry-bench' },
    metadata: { padding: 'x'.repeat(400) },
  }));
  return client.text('/v1/events', { method: 'POST', body: { events }, retry: 'load' });
}

async function measure(name: string, once: () => Promise<unknown>, options: BenchOptions): Promise<Measured> {
  await once();
  const durations: number[] = [];
  const startedAt = performance.now();
  const endAt = startedAt + options.seconds * 1000;
  const worker = async (): Promise<void> => {
    while (performance.now() < endAt) {
      const from = performance.now();
      await once();
      durations.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, worker));
  const elapsedS = (performance.now() - startedAt) / 1000;
  durations.sort((a, b) => a - b);
  const quantile = (share: number): number =>
    durations[Math.min(Math.floor(durations.length * share), durations.length - 1)] ?? 0;
  return {
    name,
    requests: durations.length,
    per_second: durations.length / elapsedS,
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
  };
}
