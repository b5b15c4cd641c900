import { type Command, Option } from 'commander';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import type { ApiClient, QueryParameters } from '../connection/api-client.ts';
import type { EventPage, EventView } from '../event-view.ts';
import { ExitCode } from '../exit-code.ts';
import { PAGE_EVENTS_MAX, QUERY_EVENTS_DEFAULT } from '../limits.ts';
import { renderEvents } from '../terminal/event-table.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { counted, formatCount } from '../terminal/quantity.ts';
import { line, note } from '../terminal/terminal.ts';
import { filterParameters, withFilterOptions } from './filter-options.ts';
import { wholeNumber } from './parse-number.ts';

interface QueryOptions extends ServerOptions, Readonly<Record<string, unknown>> {
  readonly limit: number;
  readonly order?: string;
  readonly cursor?: string;
  readonly count?: string;
  readonly fields?: string;
  readonly time?: 'occurred' | 'recorded';
  readonly expect?: true | number;
}

/** `attestry query`: events that match. */
export function registerQuery(program: Command, context: CommandContext): void {
  const command = program.command('query').summary('find events').description('Finds events, newest first.');
  withServerOptions(withFilterOptions(command))
    .option('-n, --limit <count>', 'how many events', wholeNumber(1), QUERY_EVENTS_DEFAULT)
    .addOption(new Option('--order <order>', 'order of time').choices(['desc', 'asc']))
    .option('--cursor <cursor>', 'go on where an earlier --json answer ended (next_cursor, previous_cursor)')
    .addOption(new Option('--count <how>', 'also count all matches').choices(['none', 'estimate', 'exact']))
    .option('--fields <names>', 'only these members, separated by commas (with --json)')
    .option('--expect [count]', 'exit 1 unless something (or exactly this many) is found', wholeNumber(0))
    .action(runs(context, (words: string[], options: QueryOptions) => query(context, words, options)));
  withExamples(command, [
    ['attestry query --actor alice --status failure --from -24h', 'what failed for alice since yesterday'],
    ['attestry query "access denied" --severity ">=high" --json', 'full text, as JSON'],
    [
      'attestry query --type user.login.failure --from -1h --expect',
      'for a script: exit 1 when there is none',
    ],
  ]);
}

async function query(
  context: CommandContext,
  words: readonly string[],
  options: QueryOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  const parameters: [string, string][] = filterParameters(words, options).map(([name, value]) => [
    name,
    value,
  ]);
  for (const name of ['order', 'count', 'fields'] as const) {
    const value = options[name];
    if (value !== undefined) parameters.push([name, value]);
  }
  const page = await collectPages(clientFor(options), parameters, options.limit, options.cursor);
  const exitCode = metExpectation(page, options.expect) ? ExitCode.done : ExitCode.finding;
  process.exitCode = exitCode;
  if (options.json === true) {
    await line(terminal, safeJson(page));
  } else if (page.events.length > 0) {
    await line(
      terminal,
      renderEvents(terminal, page.events, options.time === 'recorded' ? 'recorded_at' : 'occurred_at'),
    );
    await note(terminal, summary(page));
  } else {
    await note(terminal, nothingFound(options));
  }
  return exitCode;
}

/** Fetches as many pages as the wanted number of events takes. The answer has the shape of one page. */
async function collectPages(
  client: ApiClient,
  parameters: QueryParameters,
  limit: number,
  firstCursor: string | undefined,
): Promise<EventPage> {
  const events: EventView[] = [];
  let first: EventPage | undefined;
  let cursor = firstCursor;
  for (;;) {
    const size = Math.min(limit - events.length, PAGE_EVENTS_MAX);
    const asked: QueryParameters = [
      // Counting once is enough, and it is the expensive part.
      ...parameters.filter(([name]) => first === undefined || name !== 'count'),
      ['limit', String(size)],
      ...(cursor === undefined ? [] : ([['cursor', cursor]] as const)),
    ];
    const page = await client.json<EventPage>('/v1/events', { query: asked });
    first ??= page;
    events.push(...page.events);
    const isEnd =
      !page.has_more || page.next_cursor === null || events.length >= limit || page.events.length === 0;
    if (isEnd)
      return {
        ...page,
        events,
        previous_cursor: first.previous_cursor,
        ...(first.count === undefined ? {} : { count: first.count }),
      };
    cursor = page.next_cursor;
  }
}

/** Tables show names, filters take ids: the likeliest reason for an empty answer. */
function nothingFound(options: QueryOptions): string {
  const byId = ['actor', 'target'].find((name) => options[name] !== undefined);
  if (byId === undefined) return 'no event matches';
  return `no event matches (--${byId} takes the id, not the name: attestry stats --group-by ${byId} lists them)`;
}

function summary(page: EventPage): string {
  const shown = counted(page.events.length, 'event');
  if (page.count !== undefined) {
    return `${shown} of ${page.count.exact ? '' : 'about '}${formatCount(page.count.value)}`;
  }
  return page.has_more ? `${shown}, and there are more: --limit, --from and --to widen or narrow` : shown;
}

function metExpectation(page: EventPage, expected: true | number | undefined): boolean {
  if (expected === undefined) return true;
  return expected === true ? page.events.length > 0 : page.events.length === expected && !page.has_more;
}
