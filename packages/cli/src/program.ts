import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { registerBench } from './commands/bench.ts';
import { registerCapture } from './commands/capture.ts';
import { registerCheckpoint } from './commands/checkpoint.ts';
import { registerConfig } from './commands/config.ts';
import { registerCopy } from './commands/copy.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerExport } from './commands/export.ts';
import { registerGet } from './commands/get.ts';
import { registerImport } from './commands/import.ts';
import { registerKeys } from './commands/keys.ts';
import { registerMigrate } from './commands/migrate.ts';
import { registerProof } from './commands/proof.ts';
import { registerQuery } from './commands/query.ts';
import { registerRotate } from './commands/rotate.ts';
import { registerServe } from './commands/serve.ts';
import { registerStats } from './commands/stats.ts';
import { registerTail } from './commands/tail.ts';
import { registerTenants } from './commands/tenants.ts';
import { registerVerify } from './commands/verify.ts';
import { version } from './version.ts';

/** Width of help texts; fixed, so that `spec/cli-help.txt` is the same everywhere. */
const HELP_COLUMNS = 100;

/** The whole command line, ready to parse. Errors of parsing are thrown, never `process.exit`. */
export function createProgram(context: CommandContext): Command {
  const { stdout, stderr } = context.terminal;
  const program = new Command('attestry')
    .description('The audit trail that proves itself.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nStart with `attestry demo`, or `attestry serve`. Each command has examples: attestry query --help\n' +
        'Exit codes: 0 done, 1 a finding, 2 a mistake in the command or its input, 3 cannot reach.',
    );
  const register = [
    registerServe,
    registerImport,
    registerCapture,
    registerQuery,
    registerTail,
    registerGet,
    registerStats,
    registerVerify,
    registerExport,
    registerCheckpoint,
    registerProof,
    registerKeys,
    registerTenants,
    registerMigrate,
    registerCopy,
    registerRotate,
    registerDoctor,
    registerConfig,
    registerBench,
    registerDemo,
  ];
  for (const one of register) one(program, context);
  for (const command of allCommands(program)) {
    command
      .helpCommand(false)
      .exitOverride()
      .configureHelp({ helpWidth: HELP_COLUMNS, showGlobalOptions: false })
      .configureOutput({
        writeOut: (text) => void stdout.write(text),
        writeErr: (text) => {
          if (!context.json) stderr.write(text);
        },
        outputError: (text, write) => write(text.replace(/^error: /, 'attestry: ')),
      })
      .showHelpAfterError(`(see ${pathOf(command)} --help)`);
  }
  return program;
}

/** A command and everything below it, in the order of registration. */
export function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** `attestry import cloudtrail` */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
