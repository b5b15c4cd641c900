import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import { type ApiClient, type QueryParameters, sleep } from '../connection/api-client.ts';
import { openEventStream } from '../connection/event-stream.ts';
import type { EventPage, EventView } from '../event-view.ts';
import { ExitCode } from '../exit-code.ts';
import { PAGE_EVENTS_MAX, STREAM_PAUSE_MS } from '../limits.ts';
import { renderEvents } from '../terminal/event-table.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { formatDuration } from '../terminal/quantity.ts';
import { line, note, type Terminal } from '../terminal/terminal.ts';
import { filterParameters, withFilterOptions } from './filter-options.ts';
import { wholeNumber } from './parse-number.ts';

interface TailOptions extends ServerOptions, Readonly<Record<string, unknown>> {
  readonly lines: number;
  readonly state?: string;
  readonly max?: number;
}

/** `attestry tail`: events as they are recorded. */
export function registerTail(program: Command, context: CommandContext): void {
  const command = program
    .command('tail')
    .summary('follow events as they are recorded')
    .description(
      'Prints events in the order in which they are recorded, and goes on. Each event comes once and none is left out,\nalso when the connection or the server goes away in between.',
    );
  withServerOptions(withFilterOptions(command))
    .option(
      '-n, --lines <count>',
      'begin with this many of the newest events',
      wholeNumber(0, PAGE_EVENTS_MAX),
      10,
    )
    .option('--state <file>', 'keep the position in this file, and go on from it the next time')
    .option('--max <count>', 'end after this many events', wholeNumber(1))
    .action(runs(context, (words: string[], options: TailOptions) => tail(context, words, options)));
  withExamples(command, [
    ['attestry tail --severity ">=high"', 'watch what matters'],
    ['attestry tail --json --state siem.position | forwarder', 'feed another system, across restarts'],
  ]);
}

async function tail(
  context: CommandContext,
  words: readonly string[],
  options: TailOptions,
): Promise<ExitCode> {
  if (options.time !== undefined && options.time !== 'recorded') {
    throw usageError(
      'tail follows the recorded order; --time occurred does not fit',
      'Use `attestry query --time occurred`.',
    );
  }
  const client = clientFor(options);
  const filters = filterParameters(words, options).filter(([name]) => !NOT_OF_STREAMS.has(name));
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const printer = new TailPrinter(context.terminal, options);
  try {
    const seq = options.state === undefined ? undefined : readState(options.state);
    if (seq !== undefined) printer.resume(seq);
    await follow({ client, filters, printer, lines: options.lines, terminal: context.terminal }, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    stop.abort();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  return ExitCode.done;
}

/** A stream has no time span and an order of its own. */
const NOT_OF_STREAMS: ReadonlySet<string> = new Set(['time', 'from', 'to']);

interface Follow {
  readonly client: ApiClient;
  readonly filters: QueryParameters;
  readonly printer: TailPrinter;
  readonly lines: number;
  readonly terminal: Terminal;
}

/**
 * Reads a stream until the signal fires or enough is printed, and goes on after the last record when it ends: the
 * server sends everything from there on, in order, so nothing is skipped and nothing repeated.
 */
async function follow(task: Follow, signal: AbortSignal): Promise<void> {
  const { client, filters, printer, terminal } = task;
  const onRetry = (pauseMs: number, reason: string): void => {
    void note(terminal, `attestry: ${reason}; next try in ${formatDuration(pauseMs)}`);
  };
  while (!signal.aborted && !printer.isDone) {
    const { lastSeq } = printer;
    const place: QueryParameters = lastSeq === undefined ? [] : [['after', String(lastSeq)]];
    const connection = new AbortController();
    const either = AbortSignal.any([signal, connection.signal]);
    for await (const message of openEventStream(client, [...filters, ...place], either, onRetry)) {
      // A stream begins with the place where it begins: what is older is read as a page.
      if (printer.lastSeq === undefined) await printNewest(task, message.seq);
      if (message.kind === 'message') await printer.print([message.data as EventView]);
      else printer.resume(message.seq);
      if (printer.isDone) break;
    }
    connection.abort();
    if (!printer.isDone) await sleep(STREAM_PAUSE_MS, signal);
  }
}

/** Prints the newest events up to a record, oldest of them first. */
async function printNewest({ client, filters, printer, lines }: Follow, upTo: number): Promise<void> {
  const page = await client.json<EventPage>('/v1/events', {
    query: [...filters, ['time', 'recorded'], ['order', 'desc'], ['limit', String(Math.max(lines, 1))]],
  });
  const older = page.events.filter(({ seq }) => seq <= upTo).slice(0, lines);
  await printer.print(older.reverse());
  printer.resume(upTo);
}

/** Prints each record once, and remembers the place when asked to. */
class TailPrinter {
  readonly #terminal: Terminal;
  readonly #options: TailOptions;
  #lastSeq: number | undefined;
  #printed = 0;
  #hasTitle = false;

  constructor(terminal: Terminal, options: TailOptions) {
    this.#terminal = terminal;
    this.#options = options;
  }

  get isDone(): boolean {
    return this.#options.max !== undefined && this.#printed >= this.#options.max;
  }

  /** Record up to which everything was printed or does not match. */
  get lastSeq(): number | undefined {
    return this.#lastSeq;
  }

  resume(seq: number): void {
    this.#lastSeq = Math.max(seq, this.#lastSeq ?? -1);
  }

  async print(events: readonly EventView[]): Promise<void> {
    const room = (this.#options.max ?? Number.POSITIVE_INFINITY) - this.#printed;
    const fresh = events.filter((event) => event.seq > (this.#lastSeq ?? -1)).slice(0, room);
    const last = fresh.at(-1);
    if (last === undefined) return;
    if (this.#options.json === true) {
      for (const event of fresh) await line(this.#terminal, safeJson(event));
    } else {
      const [title = '', ...rows] = renderEvents(this.#terminal, fresh, 'recorded_at').split('\n');
      if (!this.#hasTitle) await line(this.#terminal, title);
      this.#hasTitle = true;
      for (const row of rows) await line(this.#terminal, row);
    }
    this.#lastSeq = last.seq;
    this.#printed += fresh.length;
    // After the printing: a crash in between repeats events, the other order would lose them.
    if (this.#options.state !== undefined) writeState(this.#options.state, last.seq);
  }
}

/** The last record of an earlier tail, or `undefined` when there is no file yet. */
function readState(file: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw usageError(`--state ${file}: ${(error as Error).message}`);
  }
  try {
    const { seq } = JSON.parse(text) as { seq?: unknown };
    if (Number.isSafeInteger(seq)) return seq as number;
  } catch {
    // Told below, together with wrong members.
  }
  throw usageError(
    `--state ${file}: not a position that tail wrote`,
    'Name another file, or delete it to begin anew.',
  );
}

/** Replaces the file at once, so that a crash leaves the old position or the new one. */
function writeState(file: string, seq: number): void {
  writeFileSync(`${file}.new`, `${JSON.stringify({ seq })}\n`);
  renameSync(`${file}.new`, file);
}
