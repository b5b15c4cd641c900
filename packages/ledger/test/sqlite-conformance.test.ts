import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStores, type StoresUnderTest } from '@attestry/testkit/conformance';
import { openSqliteStores } from '../src/stores/sqlite/sqlite-stores.ts';

async function openIn(folder: string): Promise<StoresUnderTest> {
  const stores = await openSqliteStores({
    path: join(folder, 'ledger.db'),
    searchPath: join(folder, 'search.db'),
  });
  return {
    ...stores,
    dispose: async () => {
      await stores.close();
      rmSync(folder, { recursive: true });
    },
    reopen: async () => {
      await stores.close();
      return openIn(folder);
    },
  };
}

describeStores('sqlite', () => openIn(mkdtempSync(join(tmpdir(), 'attestry-'))));
