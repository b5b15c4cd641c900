import type { Checkpoint, Finding, VerificationReport } from '@attestry/core';
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
import { type ApiClient, sleep } from '../connection/api-client.ts';
import { ExitCode } from '../exit-code.ts';
import { VERIFY_POLL_MS } from '../limits.ts';
import { plainText, safeJson } from '../terminal/plain-text.ts';
import { type Progress, startProgress } from '../terminal/progress.ts';
import { line, note } from '../terminal/terminal.ts';
import { wholeNumber } from './parse-number.ts';
import { repeated } from './repeated.ts';
import { requireVkeys } from './require-vkeys.ts';

/** Words of the API for how much is compared with the records. */
const DEPTHS = ['full', 'columns', 'seals', 'records'] as const;

interface VerifyOptions extends ServerOptions {
  readonly data?: string;
  readonly store?: string;
  readonly from?: number;
  readonly to?: number;
  readonly depth?: (typeof DEPTHS)[number];
  readonly vkey?: readonly string[];
  readonly remember: boolean;
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
      'Checks every record, tree node, checkpoint, column and seal, and names what is wrong and where. A server is also\nheld to the last checkpoint this user saw of it (docs/verification.md). Exit 0 when everything could be read\nand nothing was found, else 1.',
    );
  withServerOptions(command)
    .option(
      '--data <folder>',
      'check a data folder directly, read-only, all its tenants or --tenant; its server may run',
    )
    .option(
      '--store <url>',
      'with --data: the database whose keys the folder holds (ATTESTRY_STORE), e.g. postgres://attestry_read@db/audit',
    )
    .option('--from <seq>', 'first record to check', wholeNumber(0))
    .option('--to <seq>', 'record to end before', wholeNumber(0))
    .addOption(
      new Option(
        '--depth <depth>',
        'compare columns and seals with the records (full, as when not given), one of the two, or neither (records)',
      ).choices(DEPTHS),
    )
    .option('--vkey <key>', 'verifier key of the log, known from elsewhere; may be repeated', repeated)
    .option(
      '--no-remember',
      'neither compare with the last checkpoint seen from this server, nor remember this one',
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
  if (options.store !== undefined && options.data === undefined) {
    throw usageError('--store needs --data: the folder with the keys and the memory of what was signed');
  }
  await requireVkeys(options.vkey ?? []);
  const progress = await startProgress(terminal, {
    label: 'verify',
    unit: 'records',
    quiet: options.json === true,
  });
  let reports: readonly VerificationReport[];
  try {
    reports =
      options.data === undefined
        ? [await verifyServer(context, options, progress)]
        : await verifyData(options.data, options, progress);
  } finally {
    progress.stop();
  }
  const isOk = reports.length > 0 && reports.every((report) => report.ok);
  const exitCode = isOk ? ExitCode.done : ExitCode.finding;
  process.exitCode = exitCode;
  if (options.json === true) {
    // A server has one log for a key, a folder any number: one shape each, whatever is in it.
    await line(terminal, safeJson(options.data === undefined ? reports[0] : { ok: isOk, reports }));
  } else {
    // Loaded here: it needs the meanings of core, which every other command starts without.
    const { renderReport } = await import('../terminal/verification-report.ts');
    for (const report of reports) await line(terminal, renderReport(report, terminal));
  }
  return exitCode;
}

/** The server checks its log; this side checks the server: signature, continuity, and that it speaks of that log. */
async function verifyServer(
  { terminal }: CommandContext,
  options: VerifyOptions,
  progress: Progress,
): Promise<VerificationReport> {
  const client = clientFor(options);
  const { checkContinuity } = await import('../memory/check-continuity.ts');
  const { CheckpointMemory } = await import('../memory/checkpoint-memory.ts');
  const memory = options.remember ? new CheckpointMemory(client.connection) : undefined;
  const remembered = memory?.recall();
  const { findings, checkpoint, seen } = await checkContinuity(client, {
    vkeys: options.vkey ?? [],
    remembered,
  });
  const report = await verifyByServer(client, options, progress);
  const own = [
    ...findings,
    ...(checkpoint === undefined || !report.ok ? [] : rootFindings(report, checkpoint)),
  ];
  if (memory !== undefined && seen !== undefined && own.length === 0) {
    memory.remember(seen);
    if (remembered === undefined && options.json !== true && checkpoint !== undefined) {
      const { origin, size } = checkpoint;
      await note(
        terminal,
        `first sight of ${plainText(origin)}: its key is trusted from now on, and size ${size} remembered in ${memory.path}`,
      );
    }
  }
  if (own.length === 0) return report;
  return {
    ...report,
    ok: false,
    findings: [...own, ...report.findings],
    findings_total: report.findings_total + own.length,
  };
}

/** The report must be about the log whose checkpoint was verified here. */
function rootFindings(report: VerificationReport, { origin, size, root }: Checkpoint): readonly Finding[] {
  if (report.origin !== origin)
    return [
      { code: 'ORIGIN', detail: `the report is about ${report.origin}, the checkpoint about ${origin}` },
    ];
  if (report.size < size)
    return [{ code: 'TRUNCATED', detail: `the report covers ${report.size} records, ${size} were signed` }];
  // The root of a report is that of the records up to the last one it checked.
  const isOther =
    report.checked.to === size && report.root !== null && report.root !== Buffer.from(root).toString('hex');
  return isOther
    ? [{ code: 'ROOT_MISMATCH', detail: `the report has another root of size ${size} than was signed` }]
    : [];
}

async function verifyByServer(
  client: ApiClient,
  options: VerifyOptions,
  progress: Progress,
): Promise<VerificationReport> {
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
  { tenant, from, to, depth, vkey, store }: VerifyOptions,
  progress: Progress,
): Promise<readonly VerificationReport[]> {
  const { verifyFolder } = await import('../data-folder.ts');
  return verifyFolder({
    dataDir,
    store,
    tenant,
    from,
    to,
    depth,
    vkeys: vkey ?? [],
    onProgress: progress.update,
  });
}
