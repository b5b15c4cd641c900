import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cachedTool, type RunningServer, startServerProcess } from '@attestry/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const fuzzMsMax = 300_000;

/** What must hold for every answer; the rest of schemathesis' checks guess at conventions that are not ours. */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
];

interface FuzzReport {
  readonly complete: boolean;
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly { readonly title: string; readonly operations: readonly string[] }[];
  readonly operations: { readonly tested: number };
}

const tool = cachedTool('schemathesis');

async function output(command: string, args: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(command, args, { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  child.once('error', reject);
  child.once('close', () => resolve(text));
  return promise;
}

/** schemathesis learns the ids it sees and would take away the key it uses, so these two come last. */
const rounds: readonly {
  readonly round: string;
  readonly selection: readonly string[];
  readonly examplesMax: number;
  /** Sent with the token of a page of this origin, instead of the key. */
  readonly origin?: string;
}[] = [
  {
    round: 'everything that leaves keys alone',
    // A stream has no end to wait for.
    selection: ['--exclude-method=DELETE', '--exclude-path-regex=/(rotate|ingest/browser|stream|live)$'],
    examplesMax: 20,
  },
  {
    round: 'what pages send',
    selection: ['--include-path-regex=/ingest/browser$'],
    examplesMax: 20,
    origin: 'https://app.example.com',
  },
  { round: 'deletions', selection: ['--include-method=DELETE'], examplesMax: 50 },
  { round: 'key rotation', selection: ['--include-path-regex=/rotate$'], examplesMax: 50 },
];

/** Who the round is: the first administrator, or a page with its token. */
async function credentials({ url, key }: RunningServer, origin: string | undefined): Promise<string[]> {
  const bearer = (token: string): string => `--header=Authorization: Bearer ${token}`;
  if (origin === undefined) return [bearer(key)];
  const answer = await fetch(`${url}/v1/browser-tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ origin }),
  });
  return [bearer(((await answer.json()) as { token: string }).token), `--header=Origin: ${origin}`];
}

async function fuzz(
  server: RunningServer,
  round: (typeof rounds)[number],
  reportPath: string,
): Promise<string> {
  const configPath = join(dirname(reportPath), 'schemathesis.toml');
  // Its own list of refusals lacks 431, which a query string beyond 16 kB gets.
  writeFileSync(configPath, '[checks.negative_data_rejection]\nexpected-statuses = ["4xx"]\n');
  return output(tool.path ?? '', [
    `--config-file=${configPath}`,
    'run',
    `${server.url}/openapi.json`,
    '--phases=examples,coverage,fuzzing',
    `--max-examples=${round.examplesMax}`,
    `--checks=${checks.join(',')}`,
    ...(await credentials(server, round.origin)),
    ...round.selection,
    '--seed=1',
    '--no-color',
    '--report=json',
    `--report-json-path=${reportPath}`,
  ]);
}

const skipped = tool.path === undefined ? ` (skipped: ${tool.skip})` : '';

describe.skipIf(tool.path === undefined)(`the HTTP interface, fuzzed from its own OpenAPI${skipped}`, () => {
  let server: RunningServer;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attestry-fuzz-'));
    server = await startServerProcess({
      environment: {
        ATTESTRY_LOG_LEVEL: 'error',
        ATTESTRY_RATE_LIMIT_PER_KEY: '0',
        ATTESTRY_RATE_LIMIT_PER_ADDRESS: '0',
        ATTESTRY_RATE_LIMIT_PER_BROWSER_TOKEN: '0',
        ATTESTRY_RATE_LIMIT_PER_BROWSER_ADDRESS: '0',
      },
    });
  });
  afterAll(async () => {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(rounds)('$round', { timeout: fuzzMsMax }, async (round) => {
    const reportPath = join(folder, 'report.json');
    const text = await fuzz(server, round, reportPath);
    const report = JSON.parse(readFileSync(reportPath, 'utf8')) as FuzzReport;
    expect(report.failures, text.slice(0, 20_000)).toEqual([]);
    expect(report.complete).toBe(true);
    expect(report.operations.tested).toBeGreaterThan(0);
    expect(report.test_cases.generated).toBeGreaterThan(20);
    expect(server.log()).not.toMatch(/"level":(50|60)/);
  });
});
