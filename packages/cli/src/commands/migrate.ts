import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import { type CommandContext, runs, withExamples, withOutputOptions } from '../command-context.ts';
import { ExitCode } from '../exit-code.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { line } from '../terminal/terminal.ts';

interface MigrateOptions {
  readonly store?: string;
  readonly schema?: string;
  readonly dryRun?: boolean;
  readonly roles?: boolean;
  readonly json?: boolean;
}

/** `attestry migrate`: brings a database to this version. */
export function registerMigrate(program: Command, context: CommandContext): void {
  const command = program
    .command('migrate')
    .summary('make or update the tables in a PostgreSQL database')
    .description(
      'Runs the migrations that the database does not have, as a user who owns the schema or may make it. A server does the\nsame when its user may; with separate roles it may not (docs/postgres.md). Safe to run again, also at the same time.',
    )
    .option('--store <url>', 'database (ATTESTRY_STORE), e.g. postgres://owner@db/audit')
    .option('--schema <name>', 'schema of the tables (ATTESTRY_STORE_SCHEMA), else attestry')
    .option('--roles', 'also make the roles attestry_write, _read, _prune and _migrate with their grants')
    .option('--dry-run', 'print the SQL and change nothing');
  withOutputOptions(command).action(runs(context, (options: MigrateOptions) => migrate(context, options)));
  withExamples(command, [
    ['attestry migrate --store postgres://owner@db/audit --roles', 'before the first node starts'],
    ['attestry migrate --dry-run', 'what would be run on the database of ATTESTRY_STORE'],
  ]);
}

async function migrate({ terminal }: CommandContext, options: MigrateOptions): Promise<ExitCode> {
  const store = options.store ?? (process.env.ATTESTRY_STORE || undefined);
  if (store === undefined) throw usageError('no database: give --store, or set ATTESTRY_STORE');
  const schema = options.schema ?? (process.env.ATTESTRY_STORE_SCHEMA || undefined);
  const { migrateStore } = await import('@attestry/ledger');
  const { dryRun, roles } = options;
  const { migrations, steps } = await migrateStore({ store, schema, dryRun, roles });
  const names = migrations.map(({ name }) => name);
  if (options.json === true) {
    const sql = dryRun === true ? steps.map((step) => step.sql) : [];
    await line(
      terminal,
      safeJson({ dry_run: dryRun === true, migrations: names, roles: roles === true, sql }),
    );
  } else if (dryRun === true) {
    if (migrations.length === 0) await line(terminal, '-- no migration is missing');
    for (const { name, sql } of steps) await line(terminal, `-- ${name}\n${sql}`);
  } else {
    await line(terminal, names.length === 0 ? 'The tables were up to date.' : `Done: ${names.join(', ')}.`);
    if (roles === true)
      await line(
        terminal,
        'The roles have their grants; set passwords with ALTER ROLE … PASSWORD (docs/postgres.md).',
      );
  }
  return ExitCode.done;
}
