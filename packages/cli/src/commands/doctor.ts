import type { Command } from 'commander';
import {
  type CommandContext,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import { defaultDataDir } from '../connection/connection.ts';
import type { Check } from '../doctor/check.ts';
import { ExitCode } from '../exit-code.ts';
import { plainText, safeJson } from '../terminal/plain-text.ts';
import { line } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

/** Where the text of a line begins. */
const INDENT = 24;

interface DoctorOptions extends ServerOptions {
  readonly data?: string;
}

/** `attestry doctor`: is this installation well? */
export function registerDoctor(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .summary('find out what is wrong with an installation')
    .description(
      'Checks this machine, the data folder and the server, and says what to do. Exit 1 when something fails.',
    );
  withServerOptions(command)
    .option('--data <folder>', 'data folder (ATTESTRY_DATA_DIR)')
    .action(runs(context, (options: DoctorOptions) => doctor(context, options)));
  withExamples(command, [['attestry doctor', 'when something does not work']]);
}

async function doctor({ terminal }: CommandContext, options: DoctorOptions): Promise<ExitCode> {
  const { checkMachine } = await import('../doctor/machine-checks.ts');
  const { checkServer } = await import('../doctor/server-checks.ts');
  const dataDir = options.data ?? defaultDataDir();
  const checks: readonly Check[] = [
    ...(await checkMachine(dataDir)),
    ...(await checkServer(options, dataDir)),
  ];
  const failed = checks.some((check) => check.result === 'fail');
  if (options.json === true) {
    await line(terminal, safeJson({ ok: !failed, checks }));
  } else {
    const { colour } = terminal;
    const marks = { ok: colour.green('ok  '), warn: colour.yellow('warn'), fail: colour.red('FAIL') };
    for (const check of checks) {
      const detail = wrap(plainText(check.detail), INDENT, terminal.columns);
      await line(
        terminal,
        `${marks[check.result]}  ${colour.bold(check.name.padEnd(INDENT - 8))}  ${detail}`,
      );
      if (check.todo !== undefined)
        await line(
          terminal,
          `${' '.repeat(INDENT)}→ ${wrap(plainText(check.todo), INDENT + 2, terminal.columns)}`,
        );
    }
  }
  return failed ? ExitCode.finding : ExitCode.done;
}
