import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '@attestry/ledger';
import { describeTextSearch } from '@attestry/testkit/conformance';

describeTextSearch('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attestry-'));
  const embedded = await openEmbedded({ dataDir: join(folder, 'data') });
  return {
    ledger: embedded.ledger,
    dispose: async () => {
      await embedded.close();
      rmSync(folder, { recursive: true });
    },
  };
});
