import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import { type CommandContext, runs, withExamples, withOutputOptions } from '../command-context.ts';
import { ExitCode } from '../exit-code.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { startProgress } from '../terminal/progress.ts';
import { counted } from '../terminal/quantity.ts';
import { line } from '../terminal/terminal.ts';

interface CopyOptions {
  readonly from: string;
  readonly to?: string;
  readonly schema?: string;
  readonly json?: boolean;
}

/** `attestry copy`: from a data folder into a database. */
export function registerCopy(program: Command, context: CommandContext): void {
  const command = program
    .command('copy')
    .summary('move the logs of a data folder into a PostgreSQL database')
    .description(
      'Copies every log of a stopped folder with the same bytes, proofs and checkpoints, its keys and settings, verifies the\ncopy, and marks the folder, whose keys go on being used. Cut off, it is simply run again. Exit 1 when the copy does\nnot verify.',
    )
    .requiredOption('--from <folder>', 'data folder; its server must be stopped')
    .option('--to <url>', 'database (ATTESTRY_STORE), e.g. postgres://owner@db/audit')
    .option('--schema <name>', 'schema of the tables (ATTESTRY_STORE_SCHEMA), else attestry');
  withOutputOptions(command).action(runs(context, (options: CopyOptions) => copy(context, options)));
  withExamples(command, [
    ['attestry copy --from ./attestry-data --to postgres://owner@db/audit', 'then serve with ATTESTRY_STORE'],
  ]);
}

async function copy({ terminal }: CommandContext, options: CopyOptions): Promise<ExitCode> {
  const to = options.to ?? (process.env.ATTESTRY_STORE || undefined);
  if (to === undefined) throw usageError('no database: give --to, or set ATTESTRY_STORE');
  const schema = options.schema ?? (process.env.ATTESTRY_STORE_SCHEMA || undefined);
  const { copyFolder } = await import('@attestry/ledger');
  const { elsewhere } = await import('../data-folder.ts');
  const { masterKey, signingKeyFile } = elsewhere();
  const progress = await startProgress(terminal, {
    label: 'copy',
    unit: 'records',
    quiet: options.json === true,
  });
  const copied = await copyFolder({
    dataDir: options.from,
    to,
    schema,
    masterKey,
    signingKeyFile,
    onProgress: progress.update,
  }).finally(() => progress.stop());
  const { reports, logs, records, found, checkpoints } = copied;
  const isOk = reports.every(({ ok }) => ok);
  if (options.json === true) {
    await line(terminal, safeJson({ ok: isOk, logs, records, found, checkpoints, reports }));
    return isOk ? ExitCode.done : ExitCode.finding;
  }
  const earlier = found === 0 ? '' : `, ${found} of them by an earlier run`;
  await line(
    terminal,
    `Copied ${counted(logs, 'log')} with ${counted(records, 'record')}${earlier} and ${counted(checkpoints, 'checkpoint')}.`,
  );
  if (isOk) {
    const [folder, variable] = [options.from, 'ATTESTRY_STORE'];
    await line(
      terminal,
      `Verified: every record, column, seal and checkpoint. Start with ${variable} and --data ${folder}, which keeps the keys.`,
    );
    return ExitCode.done;
  }
  const { renderReport } = await import('../terminal/verification-report.ts');
  for (const report of reports.filter(({ ok }) => !ok)) await line(terminal, renderReport(report, terminal));
  return ExitCode.finding;
}
