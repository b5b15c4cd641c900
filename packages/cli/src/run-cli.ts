import { CommanderError } from 'commander';
import { CliError, usageError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { ExitCode } from './exit-code.ts';
import { createProgram } from './program.ts';
import { plainLines, safeJson } from './terminal/plain-text.ts';
import { note, type Terminal } from './terminal/terminal.ts';

/**
 * Runs one command line.
 *
 * @param argv without the program's name
 * @returns the exit code; every error has been told on stderr by then
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const context: CommandContext = {
    terminal,
    run: runCli,
    json: argv.includes('--json'),
    exitCode: ExitCode.done,
  };
  try {
    await createProgram(context).parseAsync([...argv], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return ExitCode.done;
      // Without --json the parser has told it already, with the way to the help.
      if (context.json) await tell(usageError(error.message.replace(/^error: /, '')), terminal, argv);
      return ExitCode.usage;
    }
    return tell(error, terminal, argv);
  }
}

async function tell(error: unknown, terminal: Terminal, argv: readonly string[]): Promise<ExitCode> {
  const told = describe(error);
  const { errorColour } = terminal;
  if (argv.includes('--json')) {
    const { code, message, hint } = told;
    await note(terminal, safeJson({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }));
  } else {
    await note(terminal, `${errorColour.red('attestry:')} ${plainLines(told.message)}`);
    if (told.hint !== undefined) await note(terminal, `  ${plainLines(told.hint)}`);
  }
  if (argv.includes('--debug')) await note(terminal, stackOf(error));
  return told.exitCode;
}

interface Told {
  readonly message: string;
  readonly code: string;
  readonly hint?: string | undefined;
  readonly exitCode: ExitCode;
}

/**
 * Errors of the server and the ledger are known by their shape, not their class: loading those packages to compare
 * would make every mistyped option wait for them.
 */
function describe(error: unknown): Told {
  if (error instanceof CliError) return error;
  if (!(error instanceof Error))
    return { message: String(error), code: 'internal', exitCode: ExitCode.unreachable };
  const { code } = error as { code?: unknown };
  if (error.name === 'ConfigError')
    return { message: error.message, code: 'config', exitCode: ExitCode.usage };
  if (typeof code === 'string' && code === 'EADDRINUSE') {
    const hint = 'Another server runs there. Choose another --port, or stop it.';
    return { message: error.message, code: 'address_in_use', hint, exitCode: ExitCode.usage };
  }
  const isOurs =
    typeof code === 'string' &&
    /^[a-z][a-z_]+$|^[A-Z][A-Z_]+$/.test(code) &&
    !/^(E[A-Z]+|ERR_\w+)$/.test(code);
  if (isOurs) return { message: error.message, code, exitCode: ExitCode.usage };
  const hint = 'Run it again with --debug to see where it happened.';
  return {
    message: error.message,
    code: typeof code === 'string' ? code : 'internal',
    hint,
    exitCode: ExitCode.unreachable,
  };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${inner}`;
}
