import { describeEventQueryStore, type StoresUnderTest } from '@attestry/testkit/conformance';
import { afterAll, beforeAll, describe } from 'vitest';
import { openAllPostgresStores } from '../../src/stores/postgres/all-stores.ts';
import { ordinaryUser } from './ordinary-user.ts';
import { ENGINES, openTestDatabase, type TestDatabase } from './postgres-schema.ts';

async function openIn(url: string, schema: string): Promise<StoresUnderTest> {
  const stores = await openAllPostgresStores({ url, schema });
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
    let url: string;
    beforeAll(async () => {
      database = await openTestDatabase(version);
      url = await ordinaryUser(database);
    });
    afterAll(() => database.close());
    // Both versions get the same statements, so the times are shared out between them.
    const times =
      version === 18 ? (['occurred', 'recorded from, to'] as const) : (['occurred from, to'] as const);
    describeEventQueryStore('postgres', () => openIn(url, database.newSchema()), times);
  });
}
