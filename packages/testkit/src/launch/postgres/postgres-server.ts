import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type PostgresVersion, postgresBinaries } from './postgres-binaries.ts';

const START_MS_MAX = 60_000;
const POLL_MS = 25;
/** PostgreSQL refuses to run as root; this user exists everywhere and owns nothing. */
const NOBODY = 65_534;

export interface PostgresLaunch {
  readonly version?: PostgresVersion;
  /** Settings of the server, `max_connections: '20'`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Folder to put the data into, which exists and is empty, such as a small file system. A fresh one when absent. */
  readonly folder?: string;
}

/** A real PostgreSQL server on a free port of the loopback interface; its superuser is `postgres`, without password. */
export interface RunningPostgres {
  readonly version: PostgresVersion;
  readonly port: number;
  /** The folder of its data. */
  readonly dataDir: string;
  /** URL of a database, as the superuser or as another user. */
  url(database?: string, user?: string): string;
  /** Makes an empty database of a new name and gives its URL. */
  createDatabase(): Promise<string>;
  /** What the server wrote on its standard error since its last start. */
  log(): string;
  /** Ends this very server: SIGINT (fast, the default), SIGQUIT (as a crash), SIGKILL. Harmless when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Stops its processes where they are, as a frozen machine does; `resume` lets them go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a server and waits until it takes connections.
 *
 * @throws {Error} with what the server wrote, when it ends before that; with the reason, when it is not installed
 */
export async function startPostgres(launch: PostgresLaunch = {}): Promise<RunningPostgres> {
  const version = launch.version ?? 18;
  const binaries = postgresBinaries(version);
  if (binaries.folder === undefined) throw new Error(binaries.skip);
  const folder = launch.folder ?? mkdtempSync(join(tmpdir(), 'attestry-postgres-'));
  if (asNobody.uid !== undefined) chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, 0o700);
  const server = new PostgresServer({
    version,
    binaries: binaries.folder,
    folder,
    port: await freePort(),
    settings: launch.settings ?? {},
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return server;
}

interface ServerParts {
  readonly version: PostgresVersion;
  /** Folder of the programs. */
  readonly binaries: string;
  /** Folder for the data folder. */
  readonly folder: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

class PostgresServer implements RunningPostgres {
  readonly version: PostgresVersion;
  readonly port: number;
  readonly dataDir: string;
  readonly #binaries: string;
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #paused: number[] = [];
  #log = '';
  #databases = 0;

  constructor(parts: ServerParts) {
    this.version = parts.version;
    this.port = parts.port;
    this.dataDir = join(parts.folder, 'data');
    this.#binaries = parts.binaries;
    this.#folder = parts.folder;
    this.#settings = parts.settings;
  }

  async initialise(): Promise<void> {
    const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
    await promisify(execFile)(join(this.#binaries, 'initdb'), ['-D', this.dataDir, ...options], {
      ...asNobody,
      cwd: this.#folder,
    });
  }

  url(database = 'postgres', user = 'postgres'): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  async createDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `test_${process.pid}_${this.#databases}`;
    await this.#query(`CREATE DATABASE ${name}`);
    return this.url(name);
  }

  log(): string {
    return this.#log;
  }

  async start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.port),
      unix_socket_directories: '',
      shared_buffers: '64MB',
      ...this.#settings,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const giveUpAt = Date.now() + START_MS_MAX;
    for (;;) {
      this.#log = '';
      const child = spawn(join(this.#binaries, 'postgres'), ['-D', this.dataDir, ...options], {
        ...asNobody,
        cwd: this.#folder,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
      this.#child = child;
      if (await this.#answers(giveUpAt)) return;
      // After a SIGKILL its helpers may still be there for a moment, and with them the shared memory.
      const again = /shared memory block|lock file/.test(this.#log) && Date.now() < giveUpAt;
      if (!again) throw new Error(`PostgreSQL ${this.version} did not start: ${this.#log}`);
      await sleep(POLL_MS * 4);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async pause(): Promise<void> {
    // The postmaster first, so that it makes no more of them.
    const pid = this.#child?.pid as number;
    process.kill(pid, 'SIGSTOP');
    const children = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(pid)]);
    this.#paused = [pid, ...children.stdout.trim().split(/\s+/).map(Number)];
    for (const each of this.#paused) process.kill(each, 'SIGSTOP');
  }

  async resume(): Promise<void> {
    for (const each of this.#paused.splice(0).reverse()) process.kill(each, 'SIGCONT');
  }

  async remove(): Promise<void> {
    await this.resume();
    // What it would write before it ends is removed anyway.
    await this.stop('SIGQUIT');
    rmSync(this.dataDir, { recursive: true, force: true });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Whether it takes connections before it ends or the time is over. */
  async #answers(giveUpAt: number): Promise<boolean> {
    for (;;) {
      if (this.#child?.exitCode !== null || this.#child.signalCode !== null) return false;
      if (this.#isReady()) {
        const answer = await this.#query('SELECT 1').catch((error: unknown) => error);
        if (!(answer instanceof Error)) return true;
      }
      if (Date.now() > giveUpAt) {
        await this.stop('SIGKILL');
        return false;
      }
      await sleep(POLL_MS);
    }
  }

  /** The last line of its lock file says so (pidfile.h). */
  #isReady(): boolean {
    try {
      const lines = readFileSync(join(this.dataDir, 'postmaster.pid'), 'utf8').split('\n');
      return Number(lines[0]) === this.#child?.pid && (lines[7] ?? '').startsWith('ready');
    } catch {
      return false;
    }
  }

  async #query(text: string): Promise<unknown> {
    const client = new pg.Client({ connectionString: this.url() });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.query(text);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
