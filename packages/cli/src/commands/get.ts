import { type Command, Option } from 'commander';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import type { EventView } from '../event-view.ts';
import { ExitCode } from '../exit-code.ts';
import { renderEvents } from '../terminal/event-table.ts';
import { renderOutline } from '../terminal/outline.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { line } from '../terminal/terminal.ts';
import { wholeNumber } from './parse-number.ts';

interface GetOptions extends ServerOptions {
  readonly context?: string;
  readonly before: number;
  readonly after: number;
  readonly history?: boolean;
}

interface ContextAnswer {
  readonly event: EventView;
  readonly before: readonly EventView[];
  readonly after: readonly EventView[];
}

/** `attestry get`: one event, with whether it is proven, and what happened around it. */
export function registerGet(program: Command, context: CommandContext): void {
  const command = program
    .command('get')
    .summary('show one event')
    .description('Shows one event with its verification. Exit 1 when it does not exist or does not verify.')
    .argument('<id>', 'id of the event');
  withServerOptions(command)
    .addOption(
      new Option('--context <by>', 'show its neighbours instead').choices([
        'time',
        'request',
        'session',
        'actor',
      ]),
    )
    .option('--before <count>', 'neighbours before it', wholeNumber(0, 50), 5)
    .option('--after <count>', 'neighbours after it', wholeNumber(0, 50), 5)
    .option('--history', 'show the notes, holds and erasures that touch it instead')
    .action(runs(context, (id: string, options: GetOptions) => get(context, id, options)));
  withExamples(command, [
    ['attestry get 0199f2c4-7a31-7000-8000-5f1c2d3e4b5a', 'everything about one event'],
    ['attestry get 0199f2c4-7a31-7000-8000-5f1c2d3e4b5a --context session', 'follow its session'],
  ]);
}

async function get(context: CommandContext, id: string, options: GetOptions): Promise<ExitCode> {
  const path = `/v1/events/${encodeURIComponent(id)}`;
  if (options.context !== undefined) return showContext(context, path, options);
  const client = clientFor(options);
  const answer = await client.json<Record<string, unknown>>(
    options.history === true ? `${path}/history` : path,
  );
  if (options.json === true) await line(context.terminal, safeJson(answer));
  else await line(context.terminal, renderOutline(answer, context.terminal.colour));
  const verification = answer.verification as { readonly status?: string } | undefined;
  return verification?.status === 'failed' ? ExitCode.finding : ExitCode.done;
}

async function showContext(context: CommandContext, path: string, options: GetOptions): Promise<ExitCode> {
  const { terminal } = context;
  const answer = await clientFor(options).json<ContextAnswer>(`${path}/context`, {
    query: [
      ['by', options.context ?? 'time'],
      ['before', String(options.before)],
      ['after', String(options.after)],
    ],
  });
  if (options.json === true) {
    await line(terminal, safeJson(answer));
    return ExitCode.done;
  }
  const rows = [...answer.before, answer.event, ...answer.after];
  const [title = '', ...lines] = renderEvents({ ...terminal, columns: terminal.columns - 2 }, rows).split(
    '\n',
  );
  await line(terminal, `  ${title}`);
  for (const [index, text] of lines.entries()) {
    await line(terminal, `${index === answer.before.length ? terminal.colour.bold('▸') : ' '} ${text}`);
  }
  return ExitCode.done;
}
