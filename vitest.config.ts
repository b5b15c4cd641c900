import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

// Set by `script/test --fuzz`: fuzzing takes minutes and is asked for.
const fuzz = process.env.ATTESTRY_TEST_FUZZ === '1';

const excluded = [...configDefaults.exclude, ...(fuzz ? [] : ['**/*.fuzz.test.ts'])];

/** They leave nothing behind, all that they open they close: so they share a process, and what it has loaded. */
const inProcess = [
  'packages/*/src/**/*.test.ts',
  'apps/*/src/**/*.test.ts',
  'packages/cli/test/{administration,evidence,import,postgres}-commands.test.ts',
  'packages/cli/test/{checkpoint-memory,cloudtrail-acceptance,commands,doctor,export-import}.test.ts',
  'packages/cli/test/{lost-log,rotate-command,tessera-fsck}.test.ts',
  'packages/core/test/*.test.ts',
  'packages/ledger/test/{checkpoints,estimate,personal-data,sequencer,start,verify-helpers}.test.ts',
  'packages/ledger/test/sqlite-{conformance,locks,open,query-plan,schema.golden}.test.ts',
  'packages/ledger/test/search/*.test.ts',
  'packages/server/test/{access,audit,bad-input,browser,connections,console,documents}.test.ts',
  'packages/server/test/{error-messages,evidence,export,granting,ingest,integrity,oidc}.test.ts',
  'packages/server/test/{openapi.golden,postgres-scans,query,redis,sealed-members,search-help,session}.test.ts',
  'packages/server/test/{stream,verify,viewer-tokens}.test.ts',
];

/** The others are about processes, databases and browsers: each file has a process of its own. */
const systems = ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'script/**/*.test.ts'];

/**
 * What a server promises whatever keeps its records: these files run a second time, with PostgreSQL. Others can be
 * run so by hand: ATTESTRY_TEST_STORE=postgres.
 */
const onPostgres = [
  'packages/server/test/{bad-input,evidence,ingest,query,verify}.test.ts',
  'packages/cli/test/{cloudtrail-acceptance,tessera-fsck}.test.ts',
];

export default defineConfig({
  test: {
    // In the order of their names, so that the longest files come first and the short ones fill the end.
    projects: [
      { extends: true, test: { name: 'in-process', include: inProcess, isolate: false } },
      { extends: true, test: { name: 'embedded', include: systems, exclude: [...excluded, ...inProcess] } },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: onPostgres,
          isolate: false,
          env: { ATTESTRY_TEST_STORE: 'postgres' },
        },
      },
    ],
    exclude: excluded,
    // For what hangs. A machine that has much else to do takes its time for the rest, and no test asserts a time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    // Many tests wait more than they work: for a process to start, a browser, a connection to be given up.
    maxWorkers: availableParallelism() + 1,
  },
});
