import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');

/** What a browser does not have, and what makes the same input give another output tomorrow. */
const IMPURE: Readonly<Record<string, RegExp>> = {
  'a Node built-in': /from '(?:node:|fs|path|crypto|buffer|util)/,
  Buffer: /\bBuffer\b/,
  process: /\bprocess\s*[.[]/,
  'the clock': /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/,
  'random numbers': /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b/,
  'a timer': /\bset(?:Timeout|Interval|Immediate)\b/,
  'the network or the page': /\bfetch\(|\bwindow\.|\bdocument\.(?!\w+['`])|\blocalStorage\b/,
  'the console': /\bconsole\./,
  'bit operators on sizes': /(?:size|index|seq|count|length)\w*\s*(?:>>>?|<<)\s*\d/i,
};

/** Names of what a source text uses and must not; comments and texts do not count. */
function impurities(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|'[^'\n]*'/gm, (part) =>
    // Module names stay: they are what the first rule looks at.
    /^'(?:node:|(?:fs|path|crypto|buffer|util)')/.test(part) ? part : "''",
  );
  return Object.entries(IMPURE)
    .filter(([, pattern]) => pattern.test(code))
    .map(([name]) => name);
}

it('core runs in a browser, and gives the same output for the same input', () => {
  const files = globSync('**/*.ts', { cwd: SOURCES }).filter((path) => !path.endsWith('.test.ts'));
  expect(files.length).toBeGreaterThan(40);
  const found = files.flatMap((path) =>
    impurities(readFileSync(join(SOURCES, path), 'utf8')).map((name) => `${path} uses ${name}`),
  );
  expect(found).toEqual([]);
});

it.each([
  ["import { hash } from 'node:crypto';", 'a Node built-in'],
  ["import fs from 'fs';", 'a Node built-in'],
  ['return Buffer.from(bytes);', 'Buffer'],
  ['const name = process.env.NAME;', 'process'],
  ['const at = Date.now();', 'the clock'],
  ['const at = new Date();', 'the clock'],
  ['return Math.random();', 'random numbers'],
  ['setTimeout(run, 5);', 'a timer'],
  ['await fetch(url);', 'the network or the page'],
  ['console.log(1);', 'the console'],
  ['const parent = leafIndex >> 1;', 'bit operators on sizes'],
])('finds the violation in %j', (line, name) => {
  expect(impurities(`/** Buffer */\nconst x = 'process.env'; // Date.now()\n${line}\n`)).toEqual([name]);
});
