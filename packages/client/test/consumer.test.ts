import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPacked } from './consumer/packed-package.ts';

const rootDir = join(import.meta.dirname, '../../..');

/** Documents whose `ts` blocks, and whose JavaScript that is an app of its own, must compile as they are, in an app that has what docs-context.d.mts declares. */
const DOCUMENTS = ['packages/client/README.md', 'docs/client.md', 'docs/browser.md'] as const;

let folder: string;
let service: ts.LanguageService;
const files: string[] = [];

beforeAll(async () => {
  folder = await installPacked();
  add('user-code.mts', readFileSync(join(import.meta.dirname, 'consumer/user-code.mts'), 'utf8'));
  for (const name of ['docs-context.d.mts', 'workers-runtime.d.ts'])
    add(name, readFileSync(join(import.meta.dirname, 'consumer', name), 'utf8'));
  for (const document of DOCUMENTS) {
    const text = readFileSync(join(rootDir, document), 'utf8');
    for (const [index, block] of [
      ...text.matchAll(/^```(?:ts|js(?=\n\/\/ app\.mjs))\n(.*?)^```/gms),
    ].entries())
      add(`${document.replace(/\W/g, '-')}-${index + 1}.mts`, `${block[1] ?? ''}\nexport {};\n`);
  }
  const { exports } = JSON.parse(
    readFileSync(join(folder, 'node_modules/@attestry/client/package.json'), 'utf8'),
  ) as { exports: Record<string, unknown> };
  const names = Object.keys(exports).map((path) => path.replace(/^\./, '@attestry/client'));
  const uses = names
    .map((name, i) => `import * as m${i} from '${name}';\nexport const k${i}: object = m${i};\n`)
    .join('');
  add('every-entry.mts', uses);
  add('every-entry.cts', uses);
  add(
    'completions.mts',
    `import type { Attestry } from '@attestry/client';
    declare const audit: Attestry;
    audit.capture({ type: '' });
    audit.capture({ type: 'user.logout',  });`,
  );
  service = languageService(files);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function add(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
  files.push(join(folder, name));
}

/** The compiler as an editor runs it, strict as can be, and without the settings of this workspace. */
function languageService(names: string[]): ts.LanguageService {
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts'],
    types: ['node'],
    skipLibCheck: true,
    noEmit: true,
  };
  return ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => names,
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) =>
      ts.sys.fileExists(path) ? ts.ScriptSnapshot.fromString(ts.sys.readFile(path) ?? '') : undefined,
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: ts.sys.realpath as (path: string) => string,
  });
}

function problems(name: RegExp): string[] {
  return files
    .filter((path) => name.test(path))
    .flatMap((path) => [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)])
    .map(({ file, start = 0, messageText }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `${file?.fileName.slice(folder.length + 1)}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}

test('events, helpers, trackers, decorators and clients have the types that users rely on', () => {
  expect(problems(/user-code\.mts$/)).toEqual([]);
  // The first one reads every declaration, those of the frameworks too.
});

test('every entry has types for import and for require', () => {
  expect(problems(/every-entry/)).toEqual([]);
});

test('every snippet of the documents compiles', () => {
  expect(files.filter((path) => path.includes('README')).length).toBeGreaterThan(3);
  expect(files.filter((path) => path.includes('docs-browser')).length).toBeGreaterThan(1);
  expect(problems(/-md-\d+\.mts$/)).toEqual([]);
});

test('an app that wants only declared types has mistyped ones refused', () => {
  const path = join(folder, 'strict.mts');
  writeFileSync(
    path,
    `import type { Attestry } from '@attestry/client';
    declare module '@attestry/client' {
      interface TypeChecks { onlyDeclaredTypes: true }
      interface CustomEvents { 'invoice.sent': { readonly metadata: { readonly to: string } } }
    }
    declare const audit: Attestry;
    audit.capture({ type: 'user.login.success' });
    audit.capture({ type: 'invoice.sent', metadata: { to: 'x' } });
    audit.capture({ type: 'user.login.sucess' });`,
  );
  const found = languageService([path]).getSemanticDiagnostics(path);
  expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([
    expect.stringContaining('"user.login.sucess"'),
  ]);
});

test('an editor completes the names of the catalogue, and those that the app declared', () => {
  for (const name of ['document.uploaded', 'user.login.failure', 'invoice.approved'])
    expect(completions("type: '")).toContain(name);
});

test('an editor completes the members of an event, and those of a type', () => {
  for (const name of ['actor', 'target', 'metadata', 'severity'])
    expect(completions("'user.logout', ")).toContain(name);
});

/** What an editor offers behind a text of completions.mts. */
function completions(text: string): string[] {
  const path = join(folder, 'completions.mts');
  const at = readFileSync(path, 'utf8').indexOf(text) + text.length;
  return service.getCompletionsAtPosition(path, at, undefined)?.entries.map(({ name }) => name) ?? [];
}
