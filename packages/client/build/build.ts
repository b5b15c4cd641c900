// Makes `dist`: ES modules with types by the TypeScript compiler, CommonJS by esbuild file by file, so that all entries
// share their modules.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const packageDir = fileURLToPath(new URL('..', import.meta.url));
const rootDir = fileURLToPath(new URL('../../..', import.meta.url));

function filesBelow(dir: string, ending: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(dir, name));
}

/** Paths of our own modules in another form, e.g. `./x.js` as `./x.cjs`. */
function withEndings(text: string, from: string, to: string): string {
  return text.replaceAll(new RegExp(`(["']\\.{1,2}/[^"']+)\\${from}(["'])`, 'g'), `$1${to}$2`);
}

rmSync(join(packageDir, 'dist'), { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(rootDir, 'node_modules/typescript-7/bin/tsc'), '-p', join(packageDir, 'tsconfig.build.json')],
  { stdio: 'inherit' },
);
const sources = filesBelow(join(packageDir, 'src'), '.ts').filter((path) => !path.endsWith('.test.ts'));
await build({
  entryPoints: sources,
  outdir: join(packageDir, 'dist/cjs'),
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  target: 'node20',
});
for (const path of filesBelow(join(packageDir, 'dist/cjs'), '.cjs')) {
  writeFileSync(path, withEndings(readFileSync(path, 'utf8'), '.ts', '.cjs'));
}
// The compiler rewrites paths in code and leaves them alone in declarations.
for (const path of filesBelow(join(packageDir, 'dist/esm'), '.d.ts')) {
  const text = readFileSync(path, 'utf8');
  const copy = path.replace('/dist/esm/', '/dist/cjs/').replace(/\.d\.ts$/, '.d.cts');
  writeFileSync(copy, withEndings(text, '.ts', '.cjs'));
  writeFileSync(path, withEndings(text, '.ts', '.js'));
}
