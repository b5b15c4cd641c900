import { join } from 'node:path';
import { postgresBinaries, sharedPostgres } from '@attestry/testkit';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { migratePostgres } from '../../src/stores/postgres/migrations.ts';
import { schemaLines } from '../../src/stores/postgres/schema-lines.ts';
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
          const client = new pg.Client({ connectionString: database.url });
          await client.connect();
          await client.query(`SET search_path = ${quoteIdentifier(schema)}, pg_temp`);
          const rows = async (text: string, values: readonly unknown[]): Promise<readonly unknown[][]> =>
            (await client.query({ text, values: [...values], rowMode: 'array' })).rows as unknown[][];
          const lines = await schemaLines(rows, schema);
          await client.end();
          await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(FILE);
        }
      } finally {
        await database.drop();
        server.release();
      }
    },
  );
});
