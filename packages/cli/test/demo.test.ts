import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { attestry, cleanEnvironment, LAUNCHER } from './cli-process.ts';

function demoFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('attestry-demo-'));
}

describe('demo', () => {
  it('tells its story to the end and leaves nothing behind', async () => {
    const before = demoFolders();
    const result = await attestry(['demo', '--fast']);
    expect(result.stderr).not.toContain('attestry:');
    expect(result.stdout).toMatch(/user\.login\.failure/);
    expect(result.stdout).toMatch(/data\.bulk\.exported/);
    expect(result.stdout).toContain('✔ nothing was changed');
    expect(result.stdout).toMatch(/✘ \d+ finding/);
    expect(result.stdout).toContain('attestry serve');
    expect(result.exitCode).toBe(0);
    expect(demoFolders()).toEqual(before);
  });

  it.each([300, 2500])('stopped with Ctrl-C after %i ms leaves nothing behind', async (afterMs) => {
    const before = demoFolders();
    const child = spawn(LAUNCHER, ['demo'], { env: cleanEnvironment(), detached: true, stdio: 'pipe' });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await expect.poll(() => demoFolders().length).toBeGreaterThan(before.length);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const folder = demoFolders().find((name) => !before.includes(name)) ?? 'none';
    // A terminal sends it to the whole group.
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await closed).toBe(1);
    expect(stderr).toBe('stopped; nothing is left behind\n');
    expect(demoFolders()).toEqual(before);
    expect(spawnSync('pgrep', ['-f', folder]).status).toBe(1);
  });

  it('names the very record whose byte was changed', async () => {
    const result = await attestry(['demo', '--fast', '--json']);
    const report = JSON.parse(result.stdout) as {
      ok: boolean;
      tampered: { seq: number };
      before: { ok: boolean };
      after: { ok: boolean; findings: { code: string; seq?: number }[] };
    };
    expect(report).toMatchObject({ ok: true, before: { ok: true }, after: { ok: false } });
    expect(report.after.findings.map((finding) => finding.seq)).toContain(report.tampered.seq);
  });
});
