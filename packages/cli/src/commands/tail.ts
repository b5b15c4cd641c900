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
import type { EventPage, EventView } from '../event-view.ts';
import { ExitCode } from '../exit-code.ts';
import { PAGE_EVENTS_MAX, TAIL_POLL_MS_DEFAULT, TAIL_POLL_MS_MIN } from '../limits.ts';
import { renderEvents } from '../terminal/event-table.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { formatDuration } from '../terminal/quantity.ts';
import { line, note, type Terminal } from '../terminal/terminal.ts';
import { filterParameters, withFilterOptions } from './filter-options.ts';
import { wholeNumber } from './parse-number.ts';

interface TailOptions extends ServerOptions, Readonly<Record<string, unknown>> {
  readonly lines: number;
  readonly interval: number;
  readonly state?: string;
  readonly max?: number;
}

/** Where a tail stands: everything up to this record was printed. */
interface Position {
  readonly seq: number;
  readonly recordedAt: string;
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
    .option(
      '--interval <ms>',
      'pause between two looks',
      wholeNumber(TAIL_POLL_MS_MIN, 3_600_000),
      TAIL_POLL_MS_DEFAULT,
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
  const filters = filterParameters(words, options).filter(([name]) => name !== 'time');
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const printer = new TailPrinter(context.terminal, options);
  try {
    let position = options.state === undefined ? undefined : readState(options.state);
    if (position === undefined) position = await printNewest(client, filters, options.lines, printer);
    else printer.resume(position);
    await follow(
      { client, filters, position, printer, interval: options.interval, terminal: context.terminal },
      stop.signal,
    );
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  return ExitCode.done;
}

/** Prints the newest events, oldest of them first. @returns the position of the newest, if there is any */
async function printNewest(
  client: ApiClient,
  filters: QueryParameters,
  lines: number,
  printer: TailPrinter,
): Promise<Position | undefined> {
  const page = await client.json<EventPage>('/v1/events', {
    query: [...filters, ['time', 'recorded'], ['order', 'desc'], ['limit', String(Math.max(lines, 1))]],
  });
  const newest = page.events[0];
  const oldestFirst = [...page.events].reverse();
  await printer.print(lines === 0 ? [] : oldestFirst);
  return newest === undefined ? undefined : { seq: newest.seq, recordedAt: newest.recorded_at };
}

interface Follow {
  readonly client: ApiClient;
  readonly filters: QueryParameters;
  readonly position: Position | undefined;
  readonly printer: TailPrinter;
  readonly interval: number;
  readonly terminal: Terminal;
}

/**
 * Reads on from a position until the signal fires or enough is printed.
 *
 * Recorded times never go back within a log, so everything after a record has its time or a later one: reading from
 * that time on and leaving out what is not above its sequence number neither skips nor repeats. From then on the
 * cursor of the last page marks the place.
 */
async function follow(task: Follow, signal: AbortSignal): Promise<void> {
  let cursor: string | undefined;
  const from: QueryParameters =
    task.position === undefined
      ? task.filters.filter(([name]) => name === 'from')
      : [['from', task.position.recordedAt]];
  const others = task.filters.filter(([name]) => name !== 'from');
  while (!signal.aborted && !task.printer.isDone) {
    const page = await task.client.json<EventPage>('/v1/events', {
      query: [
        ...others,
        ...from,
        ['time', 'recorded'],
        ['order', 'asc'],
        ['limit', String(PAGE_EVENTS_MAX)],
        ...(cursor === undefined ? [] : ([['cursor', cursor]] as const)),
      ],
      retry: 'patient',
      signal,
      onRetry: (pauseMs, reason) => {
        void note(task.terminal, `attestry: ${reason}; next try in ${formatDuration(pauseMs)}`);
      },
    });
    await task.printer.print(page.events);
    cursor = page.next_cursor ?? cursor;
    if (!page.has_more) await sleep(task.interval, signal);
  }
}

/** Prints each record once, and remembers the place when asked to. */
class TailPrinter {
  readonly #terminal: Terminal;
  readonly #options: TailOptions;
  #lastSeq = -1;
  #printed = 0;
  #hasTitle = false;

  constructor(terminal: Terminal, options: TailOptions) {
    this.#terminal = terminal;
    this.#options = options;
  }

  get isDone(): boolean {
    return this.#options.max !== undefined && this.#printed >= this.#options.max;
  }

  resume(position: Position): void {
    this.#lastSeq = position.seq;
  }

  async print(events: readonly EventView[]): Promise<void> {
    const room = (this.#options.max ?? Number.POSITIVE_INFINITY) - this.#printed;
    const fresh = events.filter((event) => event.seq > this.#lastSeq).slice(0, room);
    const last = fresh.at(-1);
    if (last === undefined) {
      this.#lastSeq = Math.max(this.#lastSeq, events.at(-1)?.seq ?? -1);
      return;
    }
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
    if (this.#options.state !== undefined)
      writeState(this.#options.state, { seq: last.seq, recordedAt: last.recorded_at });
  }
}

function readState(file: string): Position | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw usageError(`--state ${file}: ${(error as Error).message}`);
  }
  try {
    const { seq, recorded_at: recordedAt } = JSON.parse(text) as { seq?: unknown; recorded_at?: unknown };
    if (Number.isSafeInteger(seq) && typeof recordedAt === 'string')
      return { seq: seq as number, recordedAt };
  } catch {
    // Told below, together with wrong members.
  }
  throw usageError(
    `--state ${file}: not a position that tail wrote`,
    'Name another file, or delete it to begin anew.',
  );
}

/** Replaces the file at once, so that a crash leaves the old position or the new one. */
function writeState(file: string, position: Position): void {
  writeFileSync(
    `${file}.new`,
    `${JSON.stringify({ seq: position.seq, recorded_at: position.recordedAt })}\n`,
  );
  renameSync(`${file}.new`, file);
}
