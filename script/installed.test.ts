import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = import.meta.dirname;

describe('script/installed.mjs', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'attestry-'));
    mkdirSync(join(root, 'script'));
    mkdirSync(join(root, 'node_modules'));
    cpSync(join(script, 'installed.mjs'), join(root, 'script', 'installed.mjs'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, packages: object): void =>
    writeFileSync(join(root, path), JSON.stringify({ packages }));
  const lock = {
    '': {},
    'packages/a': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a-darwin': { version: '1.0.0', optional: true },
  };
  const isInstalled = (): boolean =>
    spawnSync(process.execPath, [join(root, 'script', 'installed.mjs')]).status === 0;

  it('is content with what the lock file asks for, other platforms left out', () => {
    write('package-lock.json', lock);
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } });
    expect(isInstalled()).toBe(true);
  });

  it('asks for an installation when nothing, another version or a torn file is there', () => {
    write('package-lock.json', lock);
    expect(isInstalled()).toBe(false);
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.1' } });
    expect(isInstalled()).toBe(false);
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), '{"packages": {');
    expect(isInstalled()).toBe(false);
  });

  it('lets script/setup say what to do when the pinned Node was not installed by its install script', () => {
    write('package-lock.json', lock);
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } });
    writeFileSync(join(root, 'package.json'), JSON.stringify({ devDependencies: { node: '24.21.0' } }));
    cpSync(join(script, 'setup'), join(root, 'script', 'setup'));
    const { status, stderr } = spawnSync(join(root, 'script', 'setup'), { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('the pinned Node v24.21.0 is not in node_modules/node/bin (found: none)');
    expect(stderr).toContain('npm rebuild node --ignore-scripts=false');
  });
});

describe('the scripts', () => {
  it.each(['setup', 'server', 'test', 'check', 'bench'])('script/%s --help says what it does', (name) => {
    const help = execFileSync(join(script, name), ['--help'], { encoding: 'utf8' });
    expect(help).toContain(`script/${name}`);
    expect(help).not.toContain('set -euo');
  });

  it('script/setup names an argument it does not know', () => {
    const { status, stderr } = spawnSync(join(script, 'setup'), ['--servces'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('unknown argument --servces');
  });
});
