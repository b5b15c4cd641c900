import { configDefaults, defineConfig } from 'vitest/config';

// Set by `script/test --fuzz`: fuzzing takes minutes and is asked for.
const fuzz = process.env.ATTESTRY_TEST_FUZZ === '1';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'script/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(fuzz ? [] : ['**/*.fuzz.test.ts'])],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
  },
});
