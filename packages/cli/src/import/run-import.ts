import { CliError } from '../cli-error.ts';
import type { ApiClient } from '../connection/api-client.ts';
import { startProgress } from '../terminal/progress.ts';
import { counted, formatCount, formatDuration } from '../terminal/quantity.ts';
import { line, type Terminal, write } from '../terminal/terminal.ts';
import { emptyReport, type ImportProblem, type ImportReport } from './import-report.ts';
import { type InputFile, listInputs, readInputText } from './input-files.ts';
import { ProblemLog } from './problem-log.ts';
import { Uploader, type UploadOutcome } from './uploader.ts';

/** One event found in a file, or a part of the file that gives none. */
export type Extracted =
  | { readonly kind: 'event'; readonly json: string; readonly place: string; readonly isExported?: boolean }
  | { readonly kind: 'problem'; readonly problem: Omit<ImportProblem, 'file'> }
  /** Neither: said to the person, not counted. */
  | { readonly kind: 'skipped'; readonly detail: string };

export interface ImportFormat {
  /** File endings taken from folders, in lower case. */
  readonly endings: readonly string[];
  /** What one piece is called, in the plural. */
  readonly unit: string;
  readonly extract: (text: string, file: string) => Iterable<Extracted>;
}

export interface ImportRun {
  readonly terminal: Terminal;
  /** Absent for a dry run: events are printed instead of sent. */
  readonly client?: ApiClient;
  readonly paths: readonly string[];
  readonly format: ImportFormat;
  readonly concurrency: number;
  readonly json: boolean;
}

/**
 * Imports files: extracts events, sends them, and says what became of each. A broken record or file is named and the
 * rest goes on; a server that stays away ends the import, and a second run goes on where it ended.
 */
export async function runImport(run: ImportRun): Promise<ImportReport> {
  const { inputs, unusable } = await listInputs(run.paths, run.format.endings);
  const report = emptyReport();
  const startedAtMs = Date.now();
  const { unit } = run.format;
  const progress = await startProgress(run.terminal, { label: 'import', unit, quiet: run.json });
  const say = (text: string): void => {
    if (!run.json) progress.note(text);
  };
  const problems = new ProblemLog(report, say);
  const problem = (one: ImportProblem): void => problems.add(one);
  for (const { path, reason } of unusable) problem({ file: path, code: 'unreadable', detail: reason });
  const bytesTotal = inputs.reduce((sum, input) => sum + input.bytes, 0);
  let bytesRead = 0;
  let answered = 0;
  const onOutcome = (outcome: UploadOutcome): void => {
    answered += 1;
    if (outcome.kind === 'refused') problems.addRefusal(outcome.problem, outcome.isExported);
    else report[outcome.kind] += 1;
    // How many there will be is known by the bytes only, until everything is read.
    const shareRead = bytesTotal === 0 ? 1 : Math.max(bytesRead / bytesTotal, 0.001);
    progress.update(answered, Math.round(report.records / shareRead));
  };
  const uploader = newUploader(run, onOutcome, say);
  try {
    for (const input of inputs) {
      await importFile(run, input, { report, problem, uploader, say });
      bytesRead += input.bytes;
    }
    await uploader?.finish();
  } catch (error) {
    throw interrupted(error, report);
  } finally {
    problems.finish();
    progress.stop();
  }
  report.duration_ms = Date.now() - startedAtMs;
  return report;
}

/** Pauses shorter than this are not worth a line. */
const PAUSE_TOLD_MS = 2000;

function newUploader(
  run: ImportRun,
  onOutcome: (outcome: UploadOutcome) => void,
  say: (text: string) => void,
): Uploader | undefined {
  if (run.client === undefined) return undefined;
  return new Uploader({
    client: run.client,
    concurrency: run.concurrency,
    onOutcome,
    onRetry: (pauseMs, reason) => {
      if (pauseMs >= PAUSE_TOLD_MS) say(`waiting ${formatDuration(pauseMs)}: ${reason}`);
    },
  });
}

interface FileContext {
  readonly report: ImportReport;
  readonly problem: (problem: ImportProblem) => void;
  readonly uploader: Uploader | undefined;
  readonly say: (text: string) => void;
}

async function importFile(run: ImportRun, input: InputFile, context: FileContext): Promise<void> {
  const file = input.path === '-' ? 'stdin' : input.path;
  context.report.files += 1;
  let text: string;
  try {
    text = await readInputText(input, run.terminal.stdin);
  } catch (error) {
    context.problem({ file, code: 'unreadable', detail: (error as Error).message });
    return;
  }
  for (const found of run.format.extract(text, file)) {
    if (found.kind === 'skipped') {
      context.say(`${file}: skipped: ${found.detail}`);
    } else if (found.kind === 'problem') {
      context.report.records += 1;
      context.problem({ file, ...found.problem });
    } else {
      context.report.records += 1;
      if (context.uploader === undefined) await write(run.terminal.stdout, `${found.json}\n`);
      else await context.uploader.add({ ...found, file });
    }
  }
}

function interrupted(error: unknown, report: ImportReport): unknown {
  if (!(error instanceof CliError)) return error;
  const done = report.new + report.already_there;
  return new CliError(
    `${error.message}; ${formatCount(done)} of ${counted(report.records, 'record')} read so far are in the log`,
    {
      code: error.code,
      exitCode: error.exitCode,
      hint: `${error.hint ?? ''} Run the same import again: what is there already is not added twice.`.trim(),
      cause: error,
    },
  );
}

/** The last lines a person sees. */
export async function printImportReport(
  terminal: Terminal,
  report: ImportReport,
  unit: string,
): Promise<void> {
  const { colour } = terminal;
  const singular = unit.replace(/s$/, '');
  const rate =
    report.duration_ms > 0 ? ` (${formatCount((report.records * 1000) / report.duration_ms)} ${unit}/s)` : '';
  await line(
    terminal,
    `${counted(report.records, singular, unit)} in ${counted(report.files, 'file')}, ${formatDuration(report.duration_ms)}${rate}`,
  );
  await line(
    terminal,
    `${colour.green(`${formatCount(report.new)} new`)}, ${formatCount(report.already_there)} already there` +
      (report.problems_total === 0 ? '' : `, ${colour.red(`${counted(report.problems_total, 'problem')}`)}`),
  );
}
