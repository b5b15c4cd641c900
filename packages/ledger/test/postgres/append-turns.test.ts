import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Turn } from '../../src/ports/shared-store.ts';
import { AppendTurns } from '../../src/stores/postgres/append-turns.ts';
import { openTestDatabase, type TestDatabase, VERSIONS } from './postgres-schema.ts';

for (const { version, skipped } of VERSIONS) {
  describe.skipIf(skipped !== '')(`turns at appending on PostgreSQL ${version}${skipped}`, () => {
    let database: TestDatabase;
    const open: AppendTurns[] = [];

    beforeAll(async () => {
      database = await openTestDatabase(version);
    });
    afterEach(() => Promise.all(open.splice(0).map((turns) => turns.close())));
    afterAll(() => database.close());

    function turnsOf(schema: string, lockMs = 10_000): AppendTurns {
      const turns = new AppendTurns(
        { url: database.url, use: 'turn', lockMs, statementMsMax: 20_000 },
        schema,
      );
      open.push(turns);
      return turns;
    }

    it('are given to one process at a time', async () => {
      const schema = database.newSchema();
      let [holding, had] = [0, 0];
      const use = async (turns: AppendTurns): Promise<void> => {
        const turn = (await turns.take()) as Turn;
        holding += 1;
        expect(holding).toBe(1);
        // Long enough for another one to be given the turn, if it were.
        await expect(turnsOf(schema, 20).take()).resolves.toBeUndefined();
        holding -= 1;
        had += 1;
        await turn.end();
      };
      await Promise.all([turnsOf(schema), turnsOf(schema), turnsOf(schema)].map(use));
      expect(had).toBe(3);
    });

    it('do not come in time when somebody keeps theirs, and are free when that process is gone', async () => {
      const schema = database.newSchema();
      const kept = turnsOf(schema);
      expect(await kept.take()).toBeDefined();
      const waiting = turnsOf(schema, 50);
      expect(await waiting.take()).toBeUndefined();
      await kept.close();
      expect(await turnsOf(schema).take()).toBeDefined();
      // Of another schema they are another's.
      expect(await turnsOf(database.newSchema(), 50).take()).toBeDefined();
    });
  });
}
