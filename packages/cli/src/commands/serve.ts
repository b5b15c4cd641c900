import type { Command } from 'commander';
import { type CommandContext, runs, withExamples, withOutputOptions } from '../command-context.ts';
import { ExitCode } from '../exit-code.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { line } from '../terminal/terminal.ts';
import { wholeNumber } from './parse-number.ts';

interface ServeOptions {
  readonly data?: string;
  readonly host?: string;
  readonly port?: number;
  readonly acceptRollback?: boolean;
  readonly json?: boolean;
}

/** `attestry serve`: the server in the foreground. */
export function registerServe(program: Command, context: CommandContext): void {
  const command = program
    .command('serve')
    .summary('start the server')
    .description(
      'Starts the server on this machine. The first start makes the data folder, its keys and a first API key.\nConfiguration: ATTESTRY_* and attestry.config.json (see `attestry config print`); options win.',
    )
    .option('--data <folder>', 'data folder (ATTESTRY_DATA_DIR)')
    .option('--host <address>', 'address to listen on (ATTESTRY_HOST)')
    .option('--port <port>', 'port to listen on, 0 for a free one (ATTESTRY_PORT)', wholeNumber(0, 65_535))
    .option(
      '--accept-rollback',
      'start although the database is older than seen before: a new generation of the logs',
    );
  withOutputOptions(command).action(runs(context, (options: ServeOptions) => serve(context, options)));
  withExamples(command, [
    ['attestry serve', 'on http://127.0.0.1:8484 with the data in ./attestry-data'],
    ['attestry serve --data /var/lib/attestry --port 9000', 'elsewhere'],
  ]);
}

async function serve({ terminal }: CommandContext, options: ServeOptions): Promise<ExitCode> {
  // Databases are made by SQLite with the mode that is left to it: nobody else reads them, wherever they are copied from.
  process.umask(0o077);
  const { loadConfig, runServer, startServer } = await import('@attestry/server');
  const { readConfigFile } = await import('../config-file.ts');
  const environment = {
    ...process.env,
    ...(options.data === undefined ? {} : { ATTESTRY_DATA_DIR: options.data }),
    ...(options.host === undefined ? {} : { ATTESTRY_HOST: options.host }),
    ...(options.port === undefined ? {} : { ATTESTRY_PORT: String(options.port) }),
  };
  const config = {
    ...loadConfig(environment, readConfigFile()),
    acceptRollback: options.acceptRollback === true,
  };
  if (options.json !== true) {
    await runServer(config, (text) => void terminal.stdout.write(text));
    return ExitCode.done;
  }
  const stopped = new Promise<void>((resolve) => {
    process.on('SIGINT', () => resolve()).on('SIGTERM', () => resolve());
  });
  const server = await startServer(config);
  await line(terminal, safeJson({ url: server.url, data_dir: config.dataDir, pid: process.pid }));
  await stopped;
  await server.close();
  return ExitCode.done;
}
