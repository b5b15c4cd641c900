import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropStore, type RunningServer, startServerProcess, storeEnvironment } from '@attestry/testkit';
import { afterAll, beforeAll } from 'vitest';
import { attestry, type CliOptions, type CliResult } from './cli-process.ts';

export interface Receipt {
  readonly id: string;
  readonly seq: number;
  readonly duplicate: boolean;
}

/** A real server process on a folder of its own, and the command line pointed at it. */
export class TestServer {
  #folder: string | undefined;
  #running: RunningServer | undefined;

  /** One for all tests of the describe block that calls this. */
  static shared(): TestServer {
    const server = new TestServer();
    beforeAll(() => server.restart());
    afterAll(() => server.remove());
    return server;
  }

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<TestServer> {
    const server = new TestServer();
    await server.restart(environment);
    return server;
  }

  /** The data folder lies in it; there is room for what a test writes beside. */
  get folder(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'attestry-'));
    return this.#folder;
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  get url(): string {
    return this.#started.url;
  }

  get key(): string {
    return this.#started.key;
  }

  get #started(): RunningServer {
    if (this.#running === undefined) throw new Error('the server was never started');
    return this.#running;
  }

  /** Stops the process if it runs, and starts it on the same folder. */
  async restart(
    environment: Readonly<Record<string, string>> = {},
    options: readonly string[] = [],
  ): Promise<void> {
    await this.#running?.stop();
    this.#running = await startServerProcess({
      dataDir: this.dataDir,
      options,
      // The same address again: a client that waits for the server must find it.
      ...(this.#running === undefined ? {} : { port: Number(new URL(this.url).port) }),
      environment: { ATTESTRY_LOG_LEVEL: 'error', ...environment },
    });
  }

  /** Runs a command the way a person on the same machine does: `cli.json` says where and with which key. */
  async run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return attestry(args, {
      ...options,
      env: {
        ATTESTRY_DATA_DIR: this.dataDir,
        XDG_STATE_HOME: join(this.folder, 'state'),
        ...(await storeEnvironment(this.dataDir)),
        ...options.env,
      },
    });
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

  /** Records one event past the command line, and gives its receipt. */
  record(event: Readonly<Record<string, unknown>>): Promise<Receipt> {
    return this.api('/v1/events', { method: 'POST', body: JSON.stringify(event) });
  }

  /** Copies the data folder while the server runs; a file that is being replaced is gone before it is copied. */
  copyTo(folder: string): void {
    cpSync(this.dataDir, folder, { recursive: true, filter: (path) => !path.includes('.tmp-') });
  }

  /** @returns the exit code, `null` after a signal that ended it */
  async stop(signal?: NodeJS.Signals): Promise<number | null> {
    return (await this.#started.stop(signal)).code;
  }

  async remove(): Promise<void> {
    await this.#running?.stop();
    await dropStore(this.dataDir);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}
