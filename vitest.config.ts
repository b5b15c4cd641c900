import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

// Set by `script/test --fuzz`: fuzzing takes minutes and is asked for.
const fuzz = process.env.ATTESTRY_TEST_FUZZ === '1';

const everywhere = [
  'packages/*/src/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'apps/*/src/**/*.test.ts',
  'apps/*/test/**/*.test.ts',
  'script/**/*.test.ts',
];

/**
 * What a server promises whatever keeps its records: these files run a second time, with PostgreSQL. Others can be
 * run so by hand: ATTESTRY_TEST_STORE=postgres.
 */
const onPostgres = [
  'packages/server/test/{bad-input,evidence,ingest,query,verify}.test.ts',
  'packages/cli/test/cloudtrail-acceptance.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'embedded', include: everywhere } },
      {
        extends: true,
        test: { name: 'postgres', include: onPostgres, env: { ATTESTRY_TEST_STORE: 'postgres' } },
      },
    ],
    exclude: [...configDefaults.exclude, ...(fuzz ? [] : ['**/*.fuzz.test.ts'])],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Vitest leaves one processor to itself; with two, that is one file at a time, and many tests wait more than they work.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});
