import { spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import picocolors from 'picocolors';
import { runCli } from '../src/run-cli.ts';

/** The launcher, as npm links it. */
export const LAUNCHER = fileURLToPath(new URL('../bin/attestry', import.meta.url));

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
}

/** The environment of a test's process: nothing of the person who runs the tests leaks in. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...more };
}

/** Runs the real command line in a process of its own and waits for its end. */
export function attestryProcess(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(LAUNCHER, args, {
      env: cleanEnvironment(options.env),
      cwd: options.cwd,
      stdio: 'pipe',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    // A command that reads no input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Commands that listen to signals, or are a server. */
const LASTING = ['serve', 'demo', 'tail'];

/** One at a time: environment and current folder belong to the process. */
let previous: Promise<unknown> = Promise.resolve();

/**
 * Runs the command line in this process, with the environment, the folder and the pipes of one of its own, which takes
 * a tenth of the time. What only a process shows (its start, signals, closed pipes, a terminal) is tested with
 * {@link attestryProcess} and `LAUNCHER`, and commands that last are processes always.
 */
export function attestry(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  if (LASTING.includes(args[0] ?? '')) return attestryProcess(args, options);
  const result = previous.then(() => runHere(args, options));
  previous = result.catch(() => undefined);
  return result;
}

async function runHere(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const [stdout, stderr] = [new TextSink(), new TextSink()];
  const colours = picocolors.createColors(false);
  const outer = { environment: { ...process.env }, folder: process.cwd() };
  setEnvironment(cleanEnvironment(options.env));
  process.chdir(options.cwd ?? outer.folder);
  try {
    const exitCode = await runCli(args, {
      stdout: stdout as unknown as NodeJS.WriteStream,
      stderr: stderr as unknown as NodeJS.WriteStream,
      stdin: Readable.from([Buffer.from(options.input ?? '')]) as unknown as NodeJS.ReadStream,
      colour: colours,
      errorColour: colours,
      columns: Number.POSITIVE_INFINITY,
    });
    return { exitCode, stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.chdir(outer.folder);
    setEnvironment(outer.environment);
    // Some commands set it before they print; it is the test runner's own.
    process.exitCode = undefined;
  }
}

function setEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
}

/** Keeps what is written. */
class TextSink extends Writable {
  readonly #decoder = new TextDecoder();
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += this.#decoder.decode(chunk, { stream: true });
    done();
  }
}
