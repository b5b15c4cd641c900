import { type Command, Option } from 'commander';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import { ExitCode } from '../exit-code.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { counted, formatCount } from '../terminal/quantity.ts';
import { renderTable } from '../terminal/table.ts';
import { line, note } from '../terminal/terminal.ts';
import { filterParameters, withFilterOptions } from './filter-options.ts';
import { wholeNumber } from './parse-number.ts';

const GROUPS = [
  'type',
  'category',
  'severity',
  'status',
  'actor',
  'target',
  'ip',
  'project',
  'session',
  'day',
  'hour',
  'minute',
] as const;
const BAR_COLUMNS_MAX = 30;

interface StatsAnswer {
  readonly group_by: string;
  readonly total: number;
  readonly groups: readonly { readonly key: string | null; readonly count: number }[];
}

interface StatsOptions extends ServerOptions, Readonly<Record<string, unknown>> {
  readonly groupBy: string;
  readonly limit?: number;
}

/** `attestry stats`: exact counts by one property. */
export function registerStats(program: Command, context: CommandContext): void {
  const command = program
    .command('stats')
    .summary('count events')
    .description('Counts events by one property, exactly.');
  withServerOptions(withFilterOptions(command))
    .addOption(new Option('-g, --group-by <property>', 'what to count by').choices(GROUPS).default('type'))
    .option('-n, --limit <count>', 'how many groups', wholeNumber(1, 1000))
    .action(runs(context, (words: string[], options: StatsOptions) => stats(context, words, options)));
  withExamples(command, [
    ['attestry stats --group-by status --type "user.login.*"', 'logins by result'],
    ['attestry stats --group-by day --from -720h', 'events per day of a month'],
  ]);
}

async function stats(
  context: CommandContext,
  words: readonly string[],
  options: StatsOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  const answer = await clientFor(options).json<StatsAnswer>('/v1/stats', {
    query: [
      ...filterParameters(words, options),
      ['group_by', options.groupBy],
      ...(options.limit === undefined ? [] : ([['limit', String(options.limit)]] as const)),
    ],
  });
  if (options.json === true) {
    await line(terminal, safeJson(answer));
    return ExitCode.done;
  }
  const most = Math.max(1, ...answer.groups.map((group) => group.count));
  const table = renderTable(
    answer.groups,
    [
      { title: answer.group_by.toUpperCase(), value: (group) => group.key ?? '(none)', widthMin: 10 },
      { title: 'EVENTS', value: (group) => formatCount(group.count), align: 'right' },
      {
        title: '',
        value: (group) => '▇'.repeat(Math.ceil((group.count / most) * BAR_COLUMNS_MAX)),
        paint: terminal.colour.cyan,
        dropOrder: 1,
      },
    ],
    { width: terminal.columns, paintTitle: terminal.colour.dim },
  );
  if (answer.groups.length > 0) await line(terminal, table);
  await note(terminal, `${counted(answer.total, 'event')} in all`);
  return ExitCode.done;
}
