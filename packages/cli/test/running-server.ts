import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attestry, type CliOptions, type CliResult, cleanEnvironment, LAUNCHER } from './cli-process.ts';

const START_MS_MAX = 30_000;

/** A real server process on a folder of its own, and the command line pointed at it. */
export class TestServer {
  readonly folder: string;
  readonly dataDir: string;
  url = '';
  key = '';
  #child: ChildProcess | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.dataDir = join(folder, 'data');
  }

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<TestServer> {
    const server = new TestServer(mkdtempSync(join(tmpdir(), 'attestry-')));
    await server.restart(environment);
    return server;
  }

  /** Stops the process if it runs, and starts it on the same folder. */
  async restart(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stop();
    // The same address again: a client that waits for the server must find it.
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const child = spawn(LAUNCHER, ['serve', '--data', this.dataDir, '--port', port, '--json'], {
      env: cleanEnvironment({ ATTESTRY_LOG_LEVEL: 'error', ...environment }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.url = await new Promise<string>((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      const timer = setTimeout(
        () => reject(new Error(`no start within ${START_MS_MAX} ms: ${stderr}`)),
        START_MS_MAX,
      );
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${stderr}`)));
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (!stdout.includes('\n')) return;
        clearTimeout(timer);
        resolve((JSON.parse(stdout.slice(0, stdout.indexOf('\n'))) as { url: string }).url);
      });
    });
    this.key = (JSON.parse(readFileSync(join(this.dataDir, 'cli.json'), 'utf8')) as { key: string }).key;
  }

  /** Runs a command the way a person on the same machine does: `cli.json` says where and with which key. */
  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return attestry(args, { ...options, env: { ATTESTRY_DATA_DIR: this.dataDir, ...options.env } });
  }

  /** Runs a command with `--json` and parses its answer. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const result = await this.run([...args, '--json']);
    if (result.exitCode !== 0)
      throw new Error(`attestry ${args.join(' ')}: exit ${result.exitCode}\n${result.stderr}`);
    return JSON.parse(result.stdout) as T;
  }

  /** Asks the API itself, past the command line. */
  async api<T>(path: string, init: RequestInit = {}): Promise<T> {
    const headers = {
      authorization: `Bearer ${this.key}`,
      'content-type': 'application/json',
      ...init.headers,
    };
    const response = await fetch(`${this.url}${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const gone = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    child.kill(signal);
    return gone;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
