import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPacked, rootDir } from './packed-package.ts';

/** Documents whose `ts` and `tsx` blocks must compile as they are, in an app that has what docs-context.d.ts declares. */
const DOCUMENTS = ['packages/react/README.md', 'docs/react.md'] as const;

let folder: string;
let snippets: string[];
beforeAll(async () => {
  folder = await installPacked(19);
  const context = join(folder, 'docs-context.d.ts');
  writeFileSync(context, readFileSync(join(import.meta.dirname, 'consumer/docs-context.d.ts'), 'utf8'));
  snippets = [context];
  for (const document of DOCUMENTS) {
    const text = readFileSync(join(rootDir, document), 'utf8');
    for (const [index, [, , block = '']] of [...text.matchAll(/^```(tsx?)\n(.*?)^```/gms)].entries()) {
      const path = join(folder, `${document.replace(/\W/g, '-')}-${index + 1}.tsx`);
      writeFileSync(path, `${block}\nexport {};\n`);
      snippets.push(path);
    }
  }
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every snippet of the documents compiles, and the types need nothing that is not installed', () => {
  expect(snippets.length).toBeGreaterThan(6);
  const program = ts.createProgram(snippets, {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.ReactJSX,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    skipDefaultLibCheck: true,
    noEmit: true,
  });
  const problems = ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file === undefined || !/node_modules\/(?!@attestry)/.test(file.fileName))
    .map(({ file, start = 0, messageText }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `${file?.fileName.slice(folder.length + 1)}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  expect(problems).toEqual([]);
});
