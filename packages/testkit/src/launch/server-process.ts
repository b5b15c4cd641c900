import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropStore, storeEnvironment } from './test-store.ts';

const launcher = join(import.meta.dirname, '..', '..', '..', 'cli', 'bin', 'attestry');

/** A start reads head, tiles and checkpoint of each log; on two busy cores it was seen to take 3 s. */
const startMsMax = 60_000;

/** How a server is started; all of it optional. */
export interface ServerLaunch {
  /** Data folder to start on. Without it a fresh one is made below the temporary folder, and removed by `remove`. */
  readonly dataDir?: string;
  /** A free one when absent; the port of an earlier start when clients wait there. */
  readonly port?: number;
  /** More options of `attestry serve`. */
  readonly options?: readonly string[];
  /** Settings beside the data folder and the port, `ATTESTRY_*`. None is taken over from the test's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A real server process. */
export interface RunningServer {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  /** The admin key of the first start, from `cli.json`; empty on a node that was not the first. */
  readonly key: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything the process wrote on its standard error so far. */
  log(): string;
  /** Sends the signal to this very process and waits for its end; harmless when it has ended. */
  stop(
    signal?: NodeJS.Signals,
  ): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Sends a signal to this very process, and waits for nothing. */
  signal(signal: NodeJS.Signals): void;
  /** Stops the process and removes the data folder. */
  remove(): Promise<void>;
}

interface StartLine {
  readonly url: string;
  readonly pid: number;
}

function inheritedEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ATTESTRY_')));
}

/** The first line on the standard output, which `serve --json` writes once it listens. */
async function startLine(child: ChildProcess, log: () => string): Promise<StartLine> {
  const { promise, resolve, reject } = Promise.withResolvers<StartLine>();
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Error(`the server did not start within ${startMsMax} ms: ${log()}`));
  }, startMsMax);
  child.once('error', (cause) => reject(new Error('the server could not be started', { cause })));
  child.once('exit', (code, signal) =>
    reject(new Error(`the server ended with ${code ?? signal}: ${log()}`)),
  );
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const end = output.indexOf('\n');
    if (end !== -1) resolve(JSON.parse(output.slice(0, end)) as StartLine);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Starts the real server on a free port of the loopback interface and waits until it listens.
 *
 * @throws {Error} with what the server wrote, when it ends before that or takes longer than a minute
 */
export async function startServerProcess(launch: ServerLaunch = {}): Promise<RunningServer> {
  const folder = launch.dataDir ?? mkdtempSync(join(tmpdir(), 'attestry-'));
  const dataDir = launch.dataDir ?? join(folder, 'data');
  const store = await storeEnvironment(dataDir);
  const child = spawn(
    launcher,
    ['serve', '--data', dataDir, '--port', String(launch.port ?? 0), '--json', ...(launch.options ?? [])],
    {
      // Its own check would take a processor in the middle of what is tested or measured.
      env: { ...inheritedEnvironment(), ...store, ATTESTRY_VERIFY_EVERY_S: '0', ...launch.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const { url, pid } = await startLine(child, () => log);
  const cliFile = join(dataDir, 'cli.json');
  const { key } = existsSync(cliFile)
    ? (JSON.parse(readFileSync(cliFile, 'utf8')) as { key: string })
    : { key: '' };
  const stop: RunningServer['stop'] = async (signal = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    return { code: child.exitCode, signal: child.signalCode };
  };
  return {
    url: url.replace(/\/$/, ''),
    key,
    dataDir,
    pid,
    log: () => log,
    stop,
    signal: (signal) => void child.kill(signal),
    async remove() {
      await stop();
      await dropStore(dataDir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
