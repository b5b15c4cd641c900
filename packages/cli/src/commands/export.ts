import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { CliError, usageError } from '../cli-error.ts';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import type { ApiClient, QueryParameters } from '../connection/api-client.ts';
import { ExitCode } from '../exit-code.ts';
import { escapeJsonControls, plainLines, safeJson } from '../terminal/plain-text.ts';
import { type Progress, startProgress } from '../terminal/progress.ts';
import { counted, formatBytes, formatDuration } from '../terminal/quantity.ts';
import { line, note, type Terminal, write } from '../terminal/terminal.ts';
import { filterParameters, withFilterOptions } from './filter-options.ts';

interface ExportOptions extends ServerOptions, Readonly<Record<string, unknown>> {
  readonly format: string;
  readonly out?: string;
  readonly fields?: string;
  readonly order?: string;
}

interface Exported {
  readonly bytes: number;
  readonly lines: number;
}

/** `attestry export`: everything that matches, as a stream. */
export function registerExport(program: Command, context: CommandContext): void {
  const command = program
    .command('export')
    .summary('write events to a file')
    .description('Writes all events that match, however many, to a file or to standard output.');
  withServerOptions(withFilterOptions(command))
    .addOption(
      new Option('-f, --format <format>', 'form of the file').choices(['ndjson', 'csv']).default('ndjson'),
    )
    .option('-o, --out <file>', 'file to write; it appears under its name when it is complete')
    .option('--fields <names>', 'only these members, separated by commas')
    .addOption(new Option('--order <order>', 'order of time').choices(['desc', 'asc']))
    .action(
      runs(context, (words: string[], options: ExportOptions) => exportEvents(context, words, options)),
    );
  withExamples(command, [
    ['attestry export --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z -o q1.ndjson', 'a quarter'],
    ['attestry export --format csv --actor alice -o alice.csv', 'for a spreadsheet'],
  ]);
}

async function exportEvents(
  context: CommandContext,
  words: readonly string[],
  options: ExportOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  if (options.json === true && options.out === undefined) {
    throw usageError(
      '--json says what was written; it needs --out',
      'The events themselves are JSON with --format ndjson.',
    );
  }
  const client = clientFor(options);
  const parameters: [string, string][] = filterParameters(words, options).map(([name, value]) => [
    name,
    value,
  ]);
  parameters.push(['format', options.format]);
  for (const name of ['fields', 'order'] as const) {
    const value = options[name];
    if (value !== undefined) parameters.push([name, value]);
  }
  const startedAtMs = Date.now();
  const quiet = options.json === true || (options.out === undefined && terminal.stdout.isTTY === true);
  const progress = await startProgress(terminal, { label: 'export', unit: 'lines', quiet });
  let exported: Exported;
  try {
    exported =
      options.out === undefined
        ? await download(client, parameters, progress, (chunk) =>
            write(terminal.stdout, forOutput(terminal, options.format, chunk)),
          )
        : await downloadToFile(client, parameters, progress, options.out);
  } finally {
    progress.stop();
  }
  const events = options.format === 'csv' ? Math.max(exported.lines - 1, 0) : exported.lines;
  if (options.json === true) {
    await line(
      terminal,
      safeJson({ file: options.out, format: options.format, lines: exported.lines, bytes: exported.bytes }),
    );
  } else if (options.out !== undefined) {
    const took = formatDuration(Date.now() - startedAtMs);
    const what = options.format === 'csv' ? counted(exported.lines, 'line') : counted(events, 'event');
    await note(terminal, `${what}, ${formatBytes(exported.bytes)} in ${options.out}, ${took}`);
  }
  return ExitCode.done;
}

/** What others wrote must not act on the reader's terminal; a file or a pipe gets the exact bytes. */
function forOutput(terminal: Terminal, format: string, chunk: Uint8Array): Uint8Array | string {
  if (terminal.stdout.isTTY !== true) return chunk;
  const text = Buffer.from(chunk).toString('utf8');
  return format === 'csv' ? plainLines(text) : escapeJsonControls(text);
}

async function download(
  client: ApiClient,
  parameters: QueryParameters,
  progress: Progress,
  sink: (chunk: Uint8Array) => Promise<void>,
): Promise<Exported> {
  const response = await client.send('/v1/export', { query: parameters, accept: '*/*' });
  let bytes = 0;
  let lines = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 0x0a) lines += 1;
      await sink(chunk);
      progress.update(lines);
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') throw cause;
    throw new CliError(`the export broke off after ${counted(lines, 'line')}`, {
      code: 'cut_off',
      exitCode: ExitCode.unreachable,
      hint: 'It is not complete. Run it again.',
      cause,
    });
  }
  return { bytes, lines };
}

/** Writes beside the file and renames at the end: a file of that name is always a complete export. */
async function downloadToFile(
  client: ApiClient,
  parameters: QueryParameters,
  progress: Progress,
  file: string,
): Promise<Exported> {
  const part = `${file}.part`;
  const stream = createWriteStream(part, { mode: 0o600 });
  const written = finished(stream);
  // Observed at once, so that a folder that is not there is an error of this call and not of nobody.
  written.catch(() => undefined);
  try {
    const exported = await download(client, parameters, progress, (chunk) => write(stream, chunk));
    stream.end();
    await written;
    await rename(part, file);
    return exported;
  } catch (error) {
    stream.destroy();
    await rm(part, { force: true });
    const cause = error as NodeJS.ErrnoException;
    if (cause.syscall === undefined) throw error;
    throw usageError(`cannot write ${file}: ${cause.message}`);
  }
}
