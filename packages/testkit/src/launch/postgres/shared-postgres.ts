import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type PostgresVersion, postgresBinaries } from './postgres-binaries.ts';

const KEEPER = join(import.meta.dirname, 'postgres-keeper.ts');
const TRIES_MAX = 400;
const TRY_MS = 50;

/** The server that the test files of a run share. */
export interface SharedPostgres {
  readonly port: number;
  /** URL of a database, as the superuser or as another user. */
  url(database: string, user?: string): string;
  /** Makes an empty database of a new name, or a copy of one that nobody is connected to; `drop` removes it. */
  createDatabase(
    copyOf?: string,
  ): Promise<{ readonly name: string; readonly url: string; drop(): Promise<void> }>;
  /** Gives the server back; it ends when nobody has it any more. */
  release(): void;
}

let databases = 0;

/**
 * The run's server of a version: started by the first test file that asks, ended some seconds after the last one has
 * given it back or died.
 *
 * @throws {Error} when it is not installed (see `postgresBinaries` for the reason to skip with) or does not start
 */
export async function sharedPostgres(version: PostgresVersion = 18): Promise<SharedPostgres> {
  const binaries = postgresBinaries(version);
  if (binaries.folder === undefined) throw new Error(binaries.skip);
  // Test files run in child processes of the runner, so the parent names the run.
  const path = join(tmpdir(), `attestry-postgres-${version}-${process.ppid}.sock`);
  const socket = await keeperSocket(version, path);
  const [line] = (await once(socket.setEncoding('utf8'), 'data')) as [string];
  const { port, error } = JSON.parse(line) as { port: number; error?: string };
  if (error !== undefined) throw new Error(error);
  socket.unref();
  const url = (database: string, user = 'postgres'): string =>
    `postgres://${user}@127.0.0.1:${port}/${database}`;
  const run = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url('postgres') });
    try {
      await client.connect();
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  return {
    port,
    url,
    createDatabase: async (copyOf = 'template1') => {
      databases += 1;
      const name = `test_${process.pid}_${databases}`;
      await run(`CREATE DATABASE ${name} TEMPLATE ${copyOf}`);
      return { name, url: url(name), drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
    },
    release: () => {
      socket.destroy();
    },
  };
}

async function keeperSocket(version: PostgresVersion, path: string): Promise<Socket> {
  for (let tries = 0; ; tries += 1) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (tries >= TRIES_MAX) throw new Error('the keeper of PostgreSQL does not answer', { cause: error });
      if (tries % 40 === 0) {
        spawn(process.execPath, [KEEPER, String(version), path], { detached: true, stdio: 'ignore' }).unref();
      }
      await sleep(TRY_MS);
    }
  }
}
