import type { Command } from 'commander';
import { ApiClient } from './connection/api-client.ts';
import { resolveConnection } from './connection/connection.ts';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal/terminal.ts';
import { version } from './version.ts';

/** What every command gets: the terminal, and a place for its exit code. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Runs another command line in this process: the demo types what it shows. */
  readonly run: (argv: readonly string[], terminal: Terminal) => Promise<ExitCode>;
  /** Whether `--json` was asked for: errors are JSON too then, those of the parser included. */
  readonly json: boolean;
  exitCode: ExitCode;
}

/** Adds `--json` and `--debug`. */
export function withOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print JSON for machines instead of text for people')
    .option('--debug', 'show the stack trace of an error');
}

/** Adds the options of every command that talks to a server. */
export function withServerOptions(command: Command): Command {
  return withOutputOptions(
    command
      .option('--url <url>', 'server; else ATTESTRY_URL, else cli.json of the data folder')
      .option('--key <key>', 'API key; else ATTESTRY_API_KEY, else cli.json of the data folder')
      .option(
        '--tenant <id>',
        'another tenant than the one of the key (platform admins); else ATTESTRY_TENANT',
      ),
  );
}

/** Options that {@link withServerOptions} adds. */
export interface ServerOptions {
  readonly url?: string;
  readonly key?: string;
  readonly tenant?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** A client for the server the options, the environment or `cli.json` name; `dataDir` is where that file is. */
export function clientFor(options: ServerOptions, dataDir?: string): ApiClient {
  return new ApiClient(resolveConnection(options, process.env, dataDir), version);
}

/** Wraps the body of a command: what it returns is the exit code. */
export function runs<Parameters extends readonly unknown[]>(
  context: CommandContext,
  body: (...parameters: Parameters) => Promise<ExitCode>,
): (...parameters: Parameters) => Promise<void> {
  return async (...parameters) => {
    context.exitCode = await body(...parameters);
  };
}

/** Adds examples under the help of a command. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [line: string, what: string])[],
): Command {
  const text = examples.map(([line, what]) => `  $ ${line}\n      ${what}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${text}`);
}
