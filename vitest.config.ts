import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

// Set by `script/test --fuzz`: fuzzing takes minutes and is asked for.
const fuzz = process.env.ATTESTRY_TEST_FUZZ === '1';

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'script/**/*.test.ts',
    ],
    exclude: [...configDefaults.exclude, ...(fuzz ? [] : ['**/*.fuzz.test.ts'])],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Vitest leaves one processor to itself; with two, that is one file at a time, and many tests wait more than they work.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});
