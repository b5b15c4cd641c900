import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(Boolean);

/** Targets of links within the repository, and paths of files written as code. */
function mentionedPaths(document: string, text: string): readonly string[] {
  const prose = text.replaceAll(/^```.*?^```/gms, '');
  const links = [...prose.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, path = '']) =>
    join(dirname(document), path),
  );
  const files = [...prose.matchAll(/`((?:packages|script|spec|docs|bench)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  );
  return [...links, ...files];
}

describe('the documents', () => {
  it.each(documents)('%s names only what is there', (document) => {
    const paths = mentionedPaths(document, readFileSync(join(root, document), 'utf8'));
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('docs/README.md lists every guide', () => {
    const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
    const guides = documents.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
    expect(guides.filter((path) => !index.includes(`(${path.slice('docs/'.length)})`))).toEqual([]);
  });
});
