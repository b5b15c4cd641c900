import type { VerificationReport } from '@attestry/core';
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
import { sleep } from '../connection/api-client.ts';
import { ExitCode } from '../exit-code.ts';
import { VERIFY_POLL_MS } from '../limits.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { type Progress, startProgress } from '../terminal/progress.ts';
import { line } from '../terminal/terminal.ts';
import { wholeNumber } from './parse-number.ts';

interface VerifyOptions extends ServerOptions {
  readonly data?: string;
  readonly from?: number;
  readonly to?: number;
  readonly depth?: 'full' | 'records';
}

interface VerifyJob {
  readonly id: string;
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  readonly progress?: { readonly records: number; readonly total: number };
  readonly report?: VerificationReport;
  readonly error?: string | { readonly detail?: string };
}

/** `attestry verify`: is everything as it was recorded? */
export function registerVerify(program: Command, context: CommandContext): void {
  const command = program
    .command('verify')
    .summary('check that nothing was changed')
    .description(
      'Checks every record, tree node, checkpoint, column and seal, and names what is wrong and where.\nExit 0 when everything could be read and nothing was found, else 1.',
    );
  withServerOptions(command)
    .option(
      '--data <folder>',
      'check a data folder directly, read-only, all its tenants or --tenant; its server may run',
    )
    .option('--from <seq>', 'first record to check', wholeNumber(0))
    .option('--to <seq>', 'record to end before', wholeNumber(0))
    .addOption(
      new Option('--depth <depth>', 'records leaves out seals and columns').choices(['full', 'records']),
    )
    .action(runs(context, (options: VerifyOptions) => verify(context, options)));
  withExamples(command, [
    ['attestry verify', 'ask the server to check its log'],
    [
      'attestry verify --data ./attestry-data --json',
      'check the files themselves, without trusting a server',
    ],
  ]);
}

async function verify(context: CommandContext, options: VerifyOptions): Promise<ExitCode> {
  const { terminal } = context;
  if (options.from !== undefined && options.to !== undefined && options.to <= options.from) {
    throw usageError(`--to ${options.to} must be above --from ${options.from}`);
  }
  const progress = await startProgress(terminal, {
    label: 'verify',
    unit: 'records',
    quiet: options.json === true,
  });
  let reports: readonly VerificationReport[];
  try {
    reports =
      options.data === undefined
        ? [await verifyServer(options, progress)]
        : await verifyData(options.data, options, progress);
  } finally {
    progress.stop();
  }
  const isOk = reports.length > 0 && reports.every((report) => report.ok);
  const exitCode = isOk ? ExitCode.done : ExitCode.finding;
  process.exitCode = exitCode;
  const [first] = reports;
  if (options.json === true) {
    await line(terminal, safeJson(reports.length === 1 ? first : { ok: isOk, reports }));
  } else {
    // Loaded here: it needs the meanings of core, which every other command starts without.
    const { renderReport } = await import('../terminal/verification-report.ts');
    for (const report of reports) await line(terminal, renderReport(report, terminal));
  }
  return exitCode;
}

async function verifyServer(options: VerifyOptions, progress: Progress): Promise<VerificationReport> {
  const client = clientFor(options);
  const { from, to, depth } = options;
  const range = Object.fromEntries(
    Object.entries({ from, to, depth }).filter(([, value]) => value !== undefined),
  );
  let job = await client.json<VerifyJob>('/v1/verify', { method: 'POST', body: range });
  while (job.status === 'waiting' || job.status === 'running') {
    await sleep(VERIFY_POLL_MS);
    job = await client.json<VerifyJob>(`/v1/verify/${encodeURIComponent(job.id)}`, { retry: 'patient' });
    if (job.progress !== undefined) progress.update(job.progress.records, job.progress.total);
  }
  if (job.report !== undefined) return job.report;
  const detail =
    typeof job.error === 'string' ? job.error : (job.error?.detail ?? 'the server does not say why');
  throw new CliError(`the verification did not come to an end: ${detail}`, {
    code: 'verify_failed',
    exitCode: ExitCode.finding,
    hint: 'Something could not be read. Try `attestry verify --data` on the folder itself.',
  });
}

async function verifyData(
  dataDir: string,
  { tenant, from, to, depth }: VerifyOptions,
  progress: Progress,
): Promise<readonly VerificationReport[]> {
  const { verifyFolder } = await import('../data-folder.ts');
  return verifyFolder({ dataDir, tenant, from, to, depth, onProgress: progress.update });
}
