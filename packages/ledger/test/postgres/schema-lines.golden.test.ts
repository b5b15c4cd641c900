import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openSession, postgresBinaries, sharedPostgres } from '@attestry/testkit';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { migratePostgres } from '../../src/stores/postgres/migrations.ts';
import {
  expectedSchemaLines,
  schemaDifferences,
  schemaLines,
} from '../../src/stores/postgres/schema-lines.ts';
import { quoteIdentifier } from '../../src/stores/postgres/schema-names.ts';

const FILE = join(import.meta.dirname, '..', '..', 'src', 'stores', 'postgres', 'schema-lines.txt');

/** What is in a database may never change under its name: a change is a new migration at the end. */
it.skipIf(postgresBinaries(18).folder === undefined)(
  `spec/sql/postgres.sql is what attestry migrate --dry-run --roles prints${postgresBinaries(18).folder === undefined ? ' (skipped: no PostgreSQL 18)' : ''}`,
  async () => {
    const server = await sharedPostgres(18);
    const database = await server.createDatabase();
    try {
      const { steps } = await migratePostgres({
        url: database.url,
        dryRun: true,
        roles: true,
      });
      const parts = steps.map(({ name, sql }) => `-- ${name} ${'-'.repeat(110 - name.length)}\n\n${sql}\n`);
      await expect(parts.join('\n')).toMatchFileSnapshot('../../../../spec/sql/postgres.sql');
    } finally {
      await database.drop();
      server.release();
    }
  },
);

async function linesIn(url: string, schema: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`SET search_path = ${quoteIdentifier(schema)}, pg_temp`);
  const rows = async (text: string, values: readonly unknown[]): Promise<readonly unknown[][]> =>
    (await client.query({ text, values: [...values], rowMode: 'array' })).rows as unknown[][];
  const lines = await schemaLines(rows, schema);
  await client.end();
  return lines;
}

/** Debian's package has pg_dump, that of npm has not. */
const dump = join(postgresBinaries(15).folder ?? '', 'pg_dump');
const noDump = existsSync(dump) ? '' : ' (skipped: no pg_dump of PostgreSQL 15)';

it.skipIf(noDump !== '')(
  `a schema is still the same when it was dumped and made again${noDump}`,
  async () => {
    const old = await sharedPostgres(15);
    const from = await old.createDatabase();
    await migratePostgres({ url: from.url });
    const { stdout } = await promisify(execFile)(dump, ['--schema-only', '--no-owner', from.url]);
    // What begins so is for psql.
    const script = stdout.replaceAll(/^\\.*$/gm, '');
    const expected = await expectedSchemaLines();
    for (const version of [18, 15] as const) {
      if (postgresBinaries(version).folder === undefined) continue;
      const server = version === 15 ? old : await sharedPostgres(version);
      const database = await server.createDatabase();
      const session = await openSession(database.url);
      await session.run(script);
      await session.end();
      expect(schemaDifferences(await linesIn(database.url, 'attestry'), expected, 10)).toEqual([]);
      await database.drop();
      if (server !== old) server.release();
    }
    await from.drop();
    old.release();
  },
);

/** Golden: `script/check --fix golden` rewrites it when a migration is added. */
describe.each([18, 15] as const)('the schema that verification expects, on PostgreSQL %i', (version) => {
  const binaries = postgresBinaries(version);
  const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

  it.skipIf(binaries.folder === undefined)(
    `is the one that the migrations make, whatever it is called${skipped}`,
    async () => {
      const server = await sharedPostgres(version);
      const database = await server.createDatabase();
      try {
        for (const schema of ['attestry', 'Another "one"']) {
          await migratePostgres({ url: database.url, schema });
          const lines = await linesIn(database.url, schema);
          await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(FILE);
        }
      } finally {
        await database.drop();
        server.release();
      }
    },
  );
});
