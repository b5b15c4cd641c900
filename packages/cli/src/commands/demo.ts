import type { Command } from 'commander';
import { type CommandContext, runs, withExamples, withOutputOptions } from '../command-context.ts';
import type { ExitCode } from '../exit-code.ts';

interface DemoOptions {
  readonly fast?: boolean;
  readonly json?: boolean;
}

/** `attestry demo`: everything in two minutes, without leaving anything behind. */
export function registerDemo(program: Command, context: CommandContext): void {
  const command = program
    .command('demo')
    .summary('see it all in two minutes')
    .description(
      'Starts a server in a temporary folder, lets three made-up organisations work for a minute, then finds a break-in,\nfollows it, verifies the log, changes one byte of a copy and shows that it is found. Leaves nothing behind.',
    )
    .option('--fast', 'a few seconds instead of a minute');
  withOutputOptions(command).action(
    runs(context, async (options: DemoOptions): Promise<ExitCode> => {
      const { runDemo } = await import('../demo/run-demo.ts');
      return runDemo(context, { fast: options.fast === true, json: options.json === true });
    }),
  );
  withExamples(command, [['attestry demo', 'no configuration, no network']]);
}
