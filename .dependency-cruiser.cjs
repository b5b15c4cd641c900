// Which part may import which. The picture behind it is in ARCHITECTURE.md: core <- ledger <- server <- cli, and
// core <- client <- react <- console; the client stands alone.
// Tests may reach across packages for launchers and fixtures, but nothing imports a test.

const test = String.raw`\.test\.tsx?$|^(packages|apps)/[^/]+/test/`;

/** Writes source files from core's schema; nothing imports it. */
const generator = '^packages/client/generate/';

/** A package may import these packages of ours and no others. */
const allowedPackages = {
  core: [],
  ledger: ['core'],
  server: ['core', 'ledger'],
  cli: ['core', 'ledger', 'server'],
  // Its types are made from core's schema; at run time it needs nothing of ours.
  client: [],
  react: ['core', 'client'],
};

const oneWay = Object.entries(allowedPackages).map(([name, allowed]) => ({
  name: `${name}-imports-downwards`,
  comment: `${name} may import ${allowed.join(', ') || 'no other package of ours'}`,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: [test, generator] },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...oneWay,
    {
      name: 'console-imports-downwards',
      comment:
        'the console talks to the server over HTTP alone: of our packages it imports react, client and core',
      severity: 'error',
      from: { path: '^apps/console/', pathNot: test },
      to: { path: '^(packages|apps)/', pathNot: '^(packages/(react|client|core)|apps/console)/' },
    },
    {
      name: 'browsers-have-no-node',
      comment: 'react and the console run in a browser: no Node built-in',
      severity: 'error',
      from: { path: '^(packages/react|apps/console)/src/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-is-pure',
      comment: 'core runs in a browser: no Node built-in, and only the libraries it declares',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-libraries',
      comment: 'core uses TypeBox, Ajv and noble, nothing else from outside',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: test },
      to: {
        path: 'node_modules/',
        pathNot: 'node_modules/(typebox|ajv|@noble/(hashes|curves|ciphers))/',
      },
    },
    {
      name: 'client-needs-nothing',
      comment:
        'the client has no dependencies: adapters import what they adapt to, the spool and they alone import Node',
      severity: 'error',
      from: {
        path: '^packages/client/src/',
        pathNot: [test, '^packages/client/src/(middleware|spool)/|/observe-client.ts$'],
      },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg'] },
    },
    {
      name: 'packages-by-name',
      comment: 'another package is imported by its name, through what its package.json exports',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'stores-are-separate',
      comment: 'a store never imports another store',
      severity: 'error',
      from: { path: '^packages/ledger/src/stores/([^/]+)/', pathNot: test },
      to: { path: '^packages/ledger/src/stores/', pathNot: '^packages/ledger/src/stores/$1/' },
    },
    {
      name: 'ports-not-stores',
      comment:
        'only the drivers, the threads that feed the search index of a store and what verifies the rows of a store know which store there is',
      severity: 'error',
      from: {
        path: '^packages/ledger/src/',
        pathNot: [
          test,
          '^packages/ledger/src/(stores|drivers)/',
          '/search/(postgres-)?search-thread.ts$',
          '/fsck/(sqlite|postgres)-',
        ],
      },
      to: { path: '^packages/ledger/src/stores/' },
    },
    {
      name: 'ports-import-no-implementation',
      comment: 'a port names data and promises, never who keeps them',
      severity: 'error',
      from: { path: '^packages/ledger/src/ports/', pathNot: test },
      to: { path: '^packages/ledger/src/', pathNot: '^packages/ledger/src/(ports|projection)/|ledger-error' },
    },
    {
      name: 'operations-see-no-request',
      comment: 'operations are plain functions: no HTTP framework, no handler',
      severity: 'error',
      from: { path: '^packages/server/src/operations/', pathNot: test },
      to: { path: 'node_modules/(fastify|@fastify)/|^packages/server/src/http/' },
    },
    {
      name: 'no-cycles',
      comment: 'two files that need each other are one concept, or a third one is missing',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-import-of-tests',
      comment: 'what a test and the code share is not in the test',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: [test, '^packages/testkit/'] },
      to: { path: [test, '^packages/testkit/'] },
    },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Type imports count too: they are how a boundary is crossed unnoticed.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // The built console.
    exclude: { path: '^packages/server/console/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@attestry/source', 'import', 'node', 'types', 'default'],
    },
  },
};
