import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, LAUNCHER } from './cli-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestry-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: cleanEnvironment(environment),
    cwd: folder,
  });
  return { status, stdout, stderr };
}

describe('bin/attestry', () => {
  it('runs from any folder, through links, as npm makes them', () => {
    const link = join(folder, 'attestry');
    symlinkSync(LAUNCHER, link);
    const second = join(folder, 'again');
    symlinkSync('attestry', second);
    for (const program of [LAUNCHER, link, second]) {
      expect(run(program, ['--version'])).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
    }
  });

  it('finds the pinned Node without any node on the PATH', () => {
    expect(run(LAUNCHER, ['--version'], { PATH: '/usr/bin:/bin' })).toMatchObject({ status: 0, stderr: '' });
    const { stdout } = run(LAUNCHER, ['doctor', '--json', '--data', folder], { PATH: '/usr/bin:/bin' });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; detail: string }[] };
    expect(checks.find((check) => check.name === 'node')?.detail).toBe(process.version);
  });

  it('uses the Node that ATTESTRY_NODE names, and hides the name from the configuration', () => {
    const result = run(LAUNCHER, ['config', 'print', '--json'], { ATTESTRY_NODE: process.execPath });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(run(LAUNCHER, ['--version'], { ATTESTRY_NODE: '/nowhere/node' }).status).not.toBe(0);
  });

  it('passes arguments on as they are', () => {
    const { stderr, status } = run(LAUNCHER, [
      'query',
      '--status',
      'a "b" $HOME `x`',
      '--url',
      'nonsense url',
      '--key',
      'k',
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('nonsense url');
  });
});
