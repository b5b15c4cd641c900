import { postgresBinaries, runNodeCrashes, sharedPostgres } from '@attestry/testkit';
import { expect, it } from 'vitest';

const { folder, skip } = { skip: '', ...postgresBinaries(18) };

it.skipIf(folder === undefined)(
  `three nodes are killed with kill -9 under load, nothing that was acknowledged is missing or doubled${folder === undefined ? ` (skipped: ${skip})` : ''}`,
  async () => {
    const server = await sharedPostgres();
    const database = await server.createDatabase();
    try {
      const report = await runNodeCrashes({ store: database.url, nodes: 3, kills: 2, seed: 2 });
      expect(report.runs).toBe(6);
      expect(report.receipts).toBeGreaterThan(0);
    } finally {
      await database.drop();
      server.release();
    }
  },
  300_000,
);
