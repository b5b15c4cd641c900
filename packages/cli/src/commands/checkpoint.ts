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
import { ExitCode } from '../exit-code.ts';
import { tableTime } from '../terminal/event-table.ts';
import { plainLines, safeJson } from '../terminal/plain-text.ts';
import { formatCount } from '../terminal/quantity.ts';
import { renderTable } from '../terminal/table.ts';
import { line } from '../terminal/terminal.ts';
import { wholeNumber } from './parse-number.ts';

interface CheckpointView {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly signed_at: string;
  readonly note: string;
}

interface CheckpointOptions extends ServerOptions {
  readonly list?: boolean;
  readonly limit: number;
}

/** `attestry checkpoint`: what the server signed. */
export function registerCheckpoint(program: Command, context: CommandContext): void {
  const command = program
    .command('checkpoint')
    .summary('show a signed checkpoint')
    .description(
      'Prints a signed checkpoint (a C2SP signed note) as it was published. Keep one, and a later history that\ndoes not continue it is found out.',
    )
    .argument('[which]', 'latest, a size, or a day as 2026-11-21', 'latest');
  withServerOptions(command)
    .option('--list', 'list the newest checkpoints')
    .option('-n, --limit <count>', 'with --list: how many', wholeNumber(1, 1000), 20)
    .action(
      runs(context, (which: string, options: CheckpointOptions) => checkpoint(context, which, options)),
    );
  withExamples(command, [
    ['attestry checkpoint > acme.checkpoint', 'keep the newest one'],
    ['attestry checkpoint 2026-11-20', 'the last one of a day'],
  ]);
}

async function checkpoint(
  context: CommandContext,
  which: string,
  options: CheckpointOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  if (!/^(latest|\d{1,16}|\d{4}-\d\d-\d\d)$/.test(which)) {
    throw usageError(
      `${which}: expected latest, a size, or a day`,
      'For example: attestry checkpoint 2026-11-21',
    );
  }
  const client = clientFor(options);
  if (options.list !== true) {
    const one = await client.json<CheckpointView>(`/v1/checkpoints/${which}`);
    if (options.json === true) await line(terminal, safeJson(one));
    else await line(terminal, plainLines(one.note).replace(/\n$/, ''));
    return ExitCode.done;
  }
  const answer = await client.json<{ checkpoints: readonly CheckpointView[] }>('/v1/checkpoints', {
    query: [
      ['order', 'desc'],
      ['limit', String(options.limit)],
    ],
  });
  if (options.json === true) {
    await line(terminal, safeJson(answer));
    return ExitCode.done;
  }
  const table = renderTable(
    answer.checkpoints,
    [
      { title: 'SIZE', value: (one) => formatCount(one.size), align: 'right' },
      { title: 'SIGNED (UTC)', value: (one) => tableTime(one.signed_at) },
      { title: 'ROOT', value: (one) => one.root, widthMin: 16, dropOrder: 1 },
    ],
    { width: terminal.columns, paintTitle: terminal.colour.dim },
  );
  await line(terminal, table);
  return ExitCode.done;
}
