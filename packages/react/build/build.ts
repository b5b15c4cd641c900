// Makes `dist`: one module for browsers and servers with what it needs of @attestry/core inside, the check of proofs in a
// file of its own that is loaded when somebody looks at a proof; its types; and its styles.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const packageDir = join(import.meta.dirname, '..');
const rootDir = join(packageDir, '../..');
const dist = join(packageDir, 'dist');
const types = join(dist, 'types');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(join(packageDir, 'package.json'), 'utf8'),
) as Manifest;
const installed = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];

rmSync(dist, { recursive: true, force: true });
await build({
  entryPoints: [join(packageDir, 'src/index.ts'), join(packageDir, 'src/styles.css')],
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  chunkNames: 'part-[hash]',
  external: installed.flatMap((name) => [name, `${name}/*`]),
  // For frameworks that render components on the server alone unless they are told otherwise.
  banner: { js: "'use client';" },
  logLevel: 'warning',
});
execFileSync(
  process.execPath,
  [join(rootDir, 'node_modules/typescript-7/bin/tsc'), '-p', join(packageDir, 'tsconfig.build.json')],
  { stdio: 'inherit' },
);

// The compiler leaves the endings of paths alone in declarations. What the entry does not lead to is not published: it
// speaks of packages that are not installed beside this one.
const reached = new Set<string>();
function reach(path: string): void {
  if (reached.has(path)) return;
  reached.add(path);
  const text = readFileSync(path, 'utf8').replaceAll(/(["'])(\.{1,2}\/[^"']+)\.tsx?\1/g, '$1$2.js$1');
  writeFileSync(path, text);
  for (const [, , target = ''] of text.matchAll(/(["'])(\.{1,2}\/[^"']+)\.js\1/g))
    reach(join(dirname(path), `${target}.d.ts`));
}
mkdirSync(types, { recursive: true });
reach(join(types, 'index.d.ts'));
for (const entry of readdirSync(types, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !reached.has(path)) rmSync(path);
}
