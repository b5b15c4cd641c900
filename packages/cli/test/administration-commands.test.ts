import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { attestry, attestryProcess, cleanEnvironment, LAUNCHER } from './cli-process.ts';
import { TestServer } from './running-server.ts';

const ESC = '\u001b';

describe('administration and manners against a real server', () => {
  const server = TestServer.shared();

  describe('keys and tenants', () => {
    it('gives a new key alone on standard output', async () => {
      const made = await server.run(['keys', 'create', '--name', 'reader', '--role', 'auditor']);
      expect(made.exitCode).toBe(0);
      expect(made.stdout).toMatch(/^att_[a-z0-9]+_\S+\n$/);
      const key = made.stdout.trim();
      const asAuditor = { env: { ATTESTRY_API_KEY: key } };
      expect(await server.run(['query', '--limit', '1'], asAuditor)).toMatchObject({ exitCode: 0 });
      expect(await server.run(['capture', '--type', 'a.b'], asAuditor)).toMatchObject({ exitCode: 2 });
      const { keys } = await server.json<{ keys: { id: string; name: string }[] }>('keys', 'list');
      const id = keys.find((one) => one.name === 'reader')?.id ?? '';
      const rotated = await server.run(['keys', 'rotate', id]);
      expect(await server.run(['query', '--limit', '1'], asAuditor)).toMatchObject({ exitCode: 2 });
      const renewed = { env: { ATTESTRY_API_KEY: rotated.stdout.trim() } };
      expect(await server.run(['query', '--limit', '1'], renewed)).toMatchObject({ exitCode: 0 });
      expect(await server.run(['keys', 'revoke', id])).toMatchObject({ exitCode: 0 });
      const revoked = await server.run(['query', '--limit', '1'], renewed);
      expect(revoked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('revoked') });
      const list = await server.run(['keys', 'list']);
      expect(list.stdout).toContain('reader');
      expect(list.stdout).not.toContain(key);
    });

    it('binds a key to projects, categories, types, networks and a time', async () => {
      const bounds = ['--project', 'apollo', '--project', 'gemini', '--category', 'data'];
      const more = ['--type', 'document.*', '--cidr', '127.0.0.0/8', '--expires', '2099-01-01T00:00:00Z'];
      const role = ['--name', 'lead', '--role', 'project_manager'];
      const { key, token } = await server.json<{ key: { id: string }; token: string }>(
        ...['keys', 'create', ...role, ...bounds, ...more],
      );
      expect(key).toMatchObject({
        projects: ['apollo', 'gemini'],
        categories: ['data'],
        types: ['document.*'],
        cidrs: ['127.0.0.0/8'],
        expires_at: '2099-01-01T00:00:00.000Z',
      });
      for (const [type, project_id] of [
        ['document.viewed', 'apollo'],
        ['document.viewed', 'soyuz'],
        ['payment.sent', 'apollo'],
      ])
        await server.record({ type, context: { project_id } });
      const asLead = { env: { ATTESTRY_API_KEY: token } };
      const page = await server.run(['query', '--json'], asLead);
      const { events } = JSON.parse(page.stdout) as { events: { context: { project_id: string } }[] };
      expect(events.map(({ context }) => context.project_id)).toEqual(['apollo']);
      const list = await server.run(['keys', 'list'], { env: { COLUMNS: '300' } });
      expect(list.stdout).toContain('project=apollo project=gemini category=data type=document.*');
      const elsewhere = await server.json<{ token: string }>(
        ...['keys', 'create', '--name', 'far', '--role', 'auditor', '--cidr', '203.0.113.0/24'],
      );
      const refused = await server.run(['query'], { env: { ATTESTRY_API_KEY: elsewhere.token } });
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
      expect(await server.run(['keys', 'create', ...role])).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('projects'),
      });
    });

    it('makes a tenant and works in it', async () => {
      expect(await server.run(['tenants', 'create', 'acme', '--name', 'Acme Ltd'])).toMatchObject({
        exitCode: 0,
      });
      const key = (
        await server.run(['keys', 'create', '--tenant', 'acme', '--name', 'a', '--role', 'admin'])
      ).stdout.trim();
      const asAcme = { env: { ATTESTRY_API_KEY: key } };
      expect(await server.run(['query', '--actor', 'alice', '--expect', '0'], asAcme)).toMatchObject({
        exitCode: 0,
      });
      expect(await server.run(['tenants', 'list'], asAcme)).toMatchObject({ exitCode: 2 });
      expect((await server.run(['tenants', 'list'])).stdout).toMatch(/acme +Acme Ltd/);
    });
  });

  describe('config print', () => {
    it('shows values, where they came from, and no secret', async () => {
      const secret = 'ab'.repeat(32);
      const env = { ATTESTRY_PORT: '9000', ATTESTRY_MASTER_KEY: secret };
      const result = await attestry(['config', 'print'], { env });
      expect(result.exitCode).toBe(0);
      expect(result.stdout).toMatch(/ATTESTRY_PORT +9000 +environment/);
      expect(result.stdout).not.toContain(secret);
    });

    it('lists every mistake at once', async () => {
      const env = { ATTESTRY_PROT: '1', ATTESTRY_BATCH_SIZE: 'many' };
      const result = await attestry(['config', 'print'], { env });
      expect(result.exitCode).toBe(2);
      expect(result.stderr).toMatch(/ATTESTRY_PROT.*did you mean ATTESTRY_PORT/);
      expect(result.stderr).toContain('ATTESTRY_BATCH_SIZE');
    });
  });

  describe('bench', () => {
    it('measures within bounds and writes only when told', async () => {
      const before = await server.json<{ total: number }>('stats', '--type', 'attestry.bench');
      const report = await server.json<{ results: { name: string; per_second: number }[] }>(
        'bench',
        '--seconds',
        '1',
      );
      expect(report.results.map((one) => one.name)).toContain('health');
      for (const one of report.results) expect(one.per_second).toBeGreaterThan(0);
      expect(await server.json('stats', '--type', 'attestry.bench')).toMatchObject({ total: before.total });
      expect(await server.run(['bench', '--seconds', '3600'])).toMatchObject({ exitCode: 2 });
    });
  });

  describe('manners', () => {
    it('exits 3 when nothing answers, 2 for a wrong key, without a stack trace', async () => {
      const nothing = await attestry(['query', '--url', 'http://127.0.0.1:1', '--key', 'k']);
      expect(nothing).toMatchObject({ exitCode: 3, stdout: '' });
      expect(nothing.stderr).not.toMatch(/\n {4}at /);
      const wrong = await server.run(['query', '--key', 'att_live_wrong']);
      expect(wrong).toMatchObject({ exitCode: 2 });
      const debug = await attestry(['query', '--url', 'http://127.0.0.1:1', '--key', 'k', '--debug']);
      expect(debug.stderr).toMatch(/\n {4}at /);
    });

    it.each([
      ['query'],
      ['stats'],
      ['verify'],
      ['proof', 'x'],
      ['checkpoint'],
      ['tail'],
      ['get', 'x'],
      ['capture', '--type', 'a.b'],
      ['keys', 'list'],
    ])('exits 2 without a key, 3 when nothing answers: %s', async (...words) => {
      const nowhere = ['--url', 'http://127.0.0.1:1', '--json'];
      const keyless = await attestry([...words, ...nowhere]);
      expect(keyless).toMatchObject({ exitCode: 2, stdout: '' });
      expect(JSON.parse(keyless.stderr)).toMatchObject({ error: { code: 'no_key' } });
      if (words[0] === 'tail') return;
      const unanswered = await attestry([...words, ...nowhere, '--key', 'k']);
      expect(unanswered.exitCode).toBe(3);
      expect(JSON.parse(unanswered.stderr)).toMatchObject({ error: { code: 'unreachable' } });
    });

    it('says mistakes of the command line as JSON when JSON was asked for', async () => {
      for (const words of [['query', '--colour', 'red'], ['qeury'], ['query', '--limit', '0'], ['get']]) {
        const wrong = await attestry([...words, '--json']);
        expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
        expect(JSON.parse(wrong.stderr)).toMatchObject({
          error: { code: 'usage', message: expect.stringMatching(/^(?!error)/) },
        });
      }
    });

    it('exits 2 for what it does not understand, and says where help is', async () => {
      const wrong = await attestry(['query', '--colour', 'red']);
      expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
      expect(wrong.stderr).toContain("unknown option '--colour'");
      expect(wrong.stderr).toContain('(see attestry query --help)');
      expect(await attestry(['qeury'])).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('query'),
      });
      expect(await attestry([])).toMatchObject({ exitCode: 2 });
      expect(await attestry(['--version'])).toMatchObject({ exitCode: 0, stdout: '0.1.0\n' });
    });

    it('is quiet when the reader goes away', async () => {
      const child = spawn('sh', ['-c', `"${LAUNCHER}" query --limit 1500 --json | head -c 10`], {
        env: cleanEnvironment({ ATTESTRY_DATA_DIR: server.dataDir }),
      });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
      });
      expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
      expect(stderr).toBe('');
    });

    it('obeys NO_COLOR and FORCE_COLOR', async () => {
      const env = { ATTESTRY_DATA_DIR: server.dataDir, FORCE_COLOR: '1' };
      const forced = await attestryProcess(['query', '--limit', '1'], { env });
      expect(forced.stdout).toContain(ESC);
      const both = await attestryProcess(['query', '--limit', '1'], { env: { ...env, NO_COLOR: '1' } });
      expect(both.stdout).not.toContain(ESC);
    });

    it('stops with 0 on SIGTERM', async () => {
      const second = await TestServer.start();
      expect(await second.stop()).toBe(0);
      await second.remove();
    });

    it('refuses a second server on the same folder with a sentence', async () => {
      const result = await attestry(['serve', '--data', server.dataDir, '--port', '0']);
      expect(result.exitCode).toBe(2);
      expect(result.stderr).toContain('in use');
      expect(result.stderr).not.toMatch(/\n {4}at /);
    });
  });
});
