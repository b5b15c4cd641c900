import { describeLedgerStores, type LedgerStoresUnderTest } from '@attestry/testkit/conformance';
import { afterAll, beforeAll, describe } from 'vitest';
import { migratePostgres } from '../../src/stores/postgres/migrations.ts';
import { openPostgresStores } from '../../src/stores/postgres/postgres-stores.ts';
import { ENGINES, emptySchema, openTestDatabase, type TestDatabase } from './postgres-schema.ts';

async function openIn(url: string, schema: string): Promise<LedgerStoresUnderTest> {
  const stores = await openPostgresStores({ url, schema });
  return {
    ...stores,
    dispose: () => stores.close(),
    reopen: async () => {
      await stores.close();
      return openIn(url, schema);
    },
  };
}

for (const { version, skipped } of ENGINES) {
  describe.skipIf(skipped !== '')(`PostgreSQL ${version}${skipped}`, () => {
    let database: TestDatabase;
    let schema: string;
    beforeAll(async () => {
      database = await openTestDatabase(version);
      schema = database.newSchema();
      await migratePostgres({ url: database.url, schema, roles: true });
    });
    afterAll(() => database.close());
    // With the rights of a server and no others: what they do not allow, it does not need.
    describeLedgerStores('postgres', async () => {
      await emptySchema(database.url, schema);
      return openIn(database.urlAs('attestry_write'), schema);
    });
  });
}
