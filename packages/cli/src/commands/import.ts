import type { Command } from 'commander';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import { ExitCode } from '../exit-code.ts';
import { type ImportFormat, printImportReport, runImport } from '../import/run-import.ts';
import { IMPORT_CONCURRENCY_DEFAULT, IMPORT_CONCURRENCY_MAX } from '../limits.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { line } from '../terminal/terminal.ts';
import { wholeNumber } from './parse-number.ts';

interface ImportOptions extends ServerOptions {
  readonly concurrency: number;
  readonly dryRun?: boolean;
  readonly map?: string;
}

/** `attestry import`: events out of files. */
export function registerImport(program: Command, context: CommandContext): void {
  const group = program
    .command('import')
    .summary('import events from files')
    .description('Imports events from files. A second import of the same files adds nothing.');
  withExamples(group, [
    ['attestry import cloudtrail ./AWSLogs', 'everything below a folder'],
    ['attestry import ndjson events.ndjson', 'one event per line'],
  ]);
  const cloudTrail = group
    .command('cloudtrail')
    .summary('AWS CloudTrail logs')
    .description(
      'Imports AWS CloudTrail log files, folders of them (also below), .json.gz, or - for standard input.',
    );
  withImportOptions(cloudTrail).action(
    runs(context, async (paths: string[], options: ImportOptions) => {
      const { cloudTrailFormat } = await import('../import/cloudtrail-format.ts');
      return importWith(context, paths, options, cloudTrailFormat);
    }),
  );
  withExamples(cloudTrail, [
    ['attestry import cloudtrail ./AWSLogs', 'everything below a folder'],
    ['aws cloudtrail lookup-events --output json | attestry import cloudtrail -', 'straight from AWS'],
  ]);
  const ndjson = group
    .command('ndjson')
    .summary('one event per line')
    .description(
      'Imports events in the form of POST /v1/events, one JSON object per line (docs/event-model.md).',
    );
  withImportOptions(ndjson)
    .option('--map <file>', 'JSON file that says how lines of another form become events (docs/import.md)')
    .action(
      runs(context, async (paths: string[], options: ImportOptions) => {
        const { ndjsonFormat } = await import('../import/ndjson-format.ts');
        return importWith(context, paths, options, ndjsonFormat(options.map));
      }),
    );
  withExamples(ndjson, [
    ['attestry import ndjson events.ndjson', 'one file'],
    ['zcat old/*.gz | attestry import ndjson --map app-log.map.json -', 'lines of another form'],
  ]);
}

function withImportOptions(command: Command): Command {
  return withServerOptions(
    command
      .argument('<path...>', 'files, folders, or - for standard input')
      .option('--dry-run', 'print the events instead of sending them')
      .option(
        '--concurrency <count>',
        'requests at once',
        wholeNumber(1, IMPORT_CONCURRENCY_MAX),
        IMPORT_CONCURRENCY_DEFAULT,
      ),
  );
}

async function importWith(
  context: CommandContext,
  paths: readonly string[],
  options: ImportOptions,
  format: ImportFormat,
): Promise<ExitCode> {
  const { terminal } = context;
  const json = options.json === true;
  const report = await runImport({
    terminal,
    ...(options.dryRun === true ? {} : { client: clientFor(options) }),
    paths,
    format,
    concurrency: options.concurrency,
    json,
  });
  if (options.dryRun !== true) {
    if (json) await line(terminal, safeJson(report));
    else await printImportReport(terminal, report, format.unit);
  }
  return report.problems_total === 0 ? ExitCode.done : ExitCode.finding;
}
