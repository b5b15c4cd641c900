import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';

const START_MS_MAX = 30_000;
const STOP_MS_MAX = 20_000;

/** A server in a process of its own, for as long as the demo needs it. */
export class DemoServer {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Starts `attestry serve` on a free port. The person's own ATTESTRY_* settings are not for this server. */
  static async start(dataDir: string): Promise<DemoServer> {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('ATTESTRY_')),
    );
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        main,
        'serve',
        '--data',
        dataDir,
        '--host',
        '127.0.0.1',
        '--port',
        '0',
        '--json',
      ],
      // A group of its own: Ctrl-C is for the demo, which then stops this server in order.
      {
        env: { ...environment, ATTESTRY_LOG_LEVEL: 'error' },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      },
    );
    const errors: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString('utf8')));
    const url = await firstUrl(child, errors);
    return new DemoServer(child, url);
  }

  /** Asks for a graceful stop and waits for it; insists after a while. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS_MAX);
    await gone;
    clearTimeout(timer);
  }
}

/** `serve --json` says its address in the first line that is a JSON object with `url`. */
function firstUrl(child: ChildProcess, errors: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (reason: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(
        new CliError(`the demo's server did not start: ${reason}`, {
          code: 'demo_server',
          exitCode: ExitCode.unreachable,
          hint: errors.join('').slice(-2000) || 'It said nothing.',
        }),
      );
    };
    const timer = setTimeout(() => refuse(`nothing after ${START_MS_MAX / 1000} s`), START_MS_MAX);
    child.once('exit', (code) => refuse(`it ended with ${code}`));
    child.once('error', (error) => refuse(error.message));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (!text.startsWith('{"url"')) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve((JSON.parse(text) as { url: string }).url);
    });
  });
}
