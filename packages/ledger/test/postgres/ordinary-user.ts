import pg from 'pg';
import type { TestDatabase } from './postgres-schema.ts';

/**
 * A user who may make schemas and is neither superuser nor past row-level security, as a server's user should be.
 *
 * @returns the URL of the database as this user
 */
export async function ordinaryUser(database: TestDatabase): Promise<string> {
  const name = `app_${process.pid}`;
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(
      `DO $$ BEGIN CREATE ROLE ${name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    await client.query(
      `DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO ${name}', current_database()); END $$`,
    );
  } finally {
    await client.end();
  }
  return database.urlAs(name);
}
