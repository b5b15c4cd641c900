import type { Command } from 'commander';
import { type CommandContext, runs, withExamples, withOutputOptions } from '../command-context.ts';
import { ExitCode } from '../exit-code.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { renderTable } from '../terminal/table.ts';
import { line } from '../terminal/terminal.ts';

/** `attestry config print`: what a server started here would use. */
export function registerConfig(program: Command, context: CommandContext): void {
  const group = program
    .command('config')
    .summary('show the configuration')
    .description('Configuration of the server.');
  withExamples(group, [['attestry config print', 'what `attestry serve` would do']]);
  const print = withOutputOptions(
    group
      .command('print')
      .description(
        'Prints every setting, its value and where it came from; secrets are masked. Mistakes are listed at once, exit 2.',
      ),
  );
  print.action(runs(context, (options: { json?: boolean }) => printConfig(context, options)));
  withExamples(print, [['ATTESTRY_PORT=9000 attestry config print', 'what `attestry serve` would do']]);
}

async function printConfig({ terminal }: CommandContext, options: { json?: boolean }): Promise<ExitCode> {
  const { describeConfig, loadConfig } = await import('@attestry/server');
  const { readConfigFile } = await import('../config-file.ts');
  const lines = describeConfig(loadConfig(process.env, readConfigFile()));
  if (options.json === true) {
    await line(terminal, safeJson(lines));
    return ExitCode.done;
  }
  const table = renderTable(
    lines,
    [
      { title: 'SETTING', value: (one) => one.name },
      { title: 'VALUE', value: (one) => one.value ?? '', widthMin: 12 },
      {
        title: 'FROM',
        value: (one) => one.source,
        paint: (text, one) => (one.source === 'default' ? terminal.colour.dim(text) : text),
      },
      {
        title: 'MEANING',
        value: (one) => one.meaning,
        dropOrder: 1,
        widthMin: 30,
        paint: terminal.colour.dim,
      },
    ],
    { width: terminal.columns, paintTitle: terminal.colour.dim },
  );
  await line(terminal, table);
  return ExitCode.done;
}
