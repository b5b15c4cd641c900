import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, LAUNCHER } from './cli-process.ts';
import { type Receipt, TestServer } from './running-server.ts';

const ESC = '\u001b';
/** What must never reach a terminal from somebody else's text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const ACTING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const HOSTILE = `${ESC}[2J${ESC}]0;owned\u0007 \u202egnp.exe\u009b31m\r\nFAKE LINE 2026-01-01 admin`;

describe('commands against a real server', () => {
  const server = TestServer.shared();
  let hostileId: string;

  beforeAll(async () => {
    const hostile = await server.record({
      type: 'document.viewed',
      actor: { type: 'user', id: 'mallory', name: HOSTILE.replaceAll('\u0000', '') },
      target: { type: 'document', id: '1', name: HOSTILE },
      action: { verb: 'read', status: 'success', description: HOSTILE },
      metadata: { [HOSTILE]: HOSTILE },
    });
    hostileId = hostile.id;
  });

  describe('capture', () => {
    it('records an event from options and says where it is', async () => {
      const args = [
        'capture',
        '--type',
        'document.uploaded',
        '--actor',
        'user:alice',
        '--target',
        'document:42',
      ];
      const result = await server.run([...args, '--status', 'success', '--metadata', 'source=cli']);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toMatch(/^[0-9a-f-]{36} {2}recorded, seq \d+, hash [0-9a-f]{64}\n$/);
    });

    it('is idempotent by id', async () => {
      const args = [
        'capture',
        '--type',
        'a.b',
        '--actor',
        'x',
        '--id',
        'c0ffee00-0000-4000-8000-000000000001',
      ];
      const at = ['--occurred-at', '2026-01-01T00:00:00Z'];
      expect(await server.json<Receipt>(...args, ...at)).toMatchObject({ duplicate: false });
      expect(await server.json<Receipt>(...args, ...at)).toMatchObject({ duplicate: true });
      const other = await server.run([...args, ...at, '--status', 'failure', '--json']);
      expect(other.exitCode).toBe(1);
      expect(JSON.parse(other.stderr)).toMatchObject({ error: { code: 'id_conflict' } });
    });

    it('takes a whole event from standard input', async () => {
      const input = '{"type":"backup.completed","actor":{"type":"service","id":"cron"}}';
      expect(await server.run(['capture', '-'], { input })).toMatchObject({ exitCode: 0 });
    });

    it('says what is wrong with an event, and where', async () => {
      const result = await server.run(['capture', '--type', 'Not A Type', '--actor', 'x']);
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(result.stderr).toContain('/type');
      expect(await server.run(['capture'])).toMatchObject({ exitCode: 2 });
      expect(await server.run(['capture', '-'], { input: '[1]' })).toMatchObject({ exitCode: 2 });
      expect(await server.run(['capture', '-'], { input: '{' })).toMatchObject({ exitCode: 2 });
    });
  });

  describe('query', () => {
    it('prints a table without colour into a pipe', async () => {
      const result = await server.run(['query', '--actor', 'alice']);
      expect(result.exitCode).toBe(0);
      expect(result.stdout).not.toContain(ESC);
      expect(result.stdout).toMatch(/OCCURRED \(UTC\).*\n.*alice.*document\.uploaded.*success/);
      expect(result.stderr).toBe('1 event\n');
    });

    it('has the shape of a page with --json', async () => {
      const page = await server.json('query', '--actor', 'alice', '--count', 'exact');
      expect(page).toMatchObject({
        events: [{ type: 'document.uploaded' }],
        has_more: false,
        count: { value: 1, exact: true },
      });
    });

    it('collects more than one page and can go on from a cursor', async () => {
      const lines = Array.from({ length: 1500 }, (_, i) =>
        JSON.stringify({ type: 'page.test', metadata: { i } }),
      );
      const file = join(server.folder, 'pages.ndjson');
      writeFileSync(file, lines.join('\n'));
      expect(await server.run(['import', 'ndjson', file])).toMatchObject({ exitCode: 0 });
      interface Page {
        readonly events: readonly { readonly id: string }[];
        readonly next_cursor: string;
      }
      const all = await server.json<Page>('query', '--type', 'page.test', '--limit', '5000');
      expect(new Set(all.events.map((event) => event.id)).size).toBe(1500);
      const first = await server.json<Page>('query', '--type', 'page.test', '--limit', '1200');
      const rest = await server.json<Page>(
        'query',
        '--type',
        'page.test',
        '--limit',
        '1200',
        '--cursor',
        first.next_cursor,
      );
      expect([...first.events, ...rest.events].map((event) => event.id)).toEqual(
        all.events.map((event) => event.id),
      );
    });

    it('keeps its exit code for --expect', async () => {
      expect(await server.run(['query', '--actor', 'nobody'])).toMatchObject({
        exitCode: 0,
        stderr: expect.stringMatching(/^no event matches \(--actor takes the id/),
      });
      expect(await server.run(['query', '--actor', 'nobody', '--expect'])).toMatchObject({ exitCode: 1 });
      expect(await server.run(['query', '--actor', 'nobody', '--expect', '0'])).toMatchObject({
        exitCode: 0,
      });
      expect(await server.run(['query', '--actor', 'alice', '--expect'])).toMatchObject({ exitCode: 0 });
      expect(await server.run(['query', '--actor', 'alice', '--expect', '2'])).toMatchObject({ exitCode: 1 });
    });

    it('passes the words of the server on when a filter is wrong', async () => {
      const result = await server.run(['query', '--from', '2026-01-01 00:00']);
      expect(result.exitCode).toBe(2);
      expect(result.stderr).toContain('from');
    });

    it('finds by metadata and refuses what is no pair', async () => {
      expect(await server.run(['query', '--metadata', 'source=cli', '--expect', '1'])).toMatchObject({
        exitCode: 0,
      });
      expect(await server.run(['query', '--metadata', 'source'])).toMatchObject({ exitCode: 2 });
    });
  });

  describe('hostile text', () => {
    it.each([
      ['query', ['query', '--actor', 'mallory']],
      ['get', ['get']],
      ['get --context', ['get', '--context', 'actor']],
      ['stats', ['stats', '--group-by', 'target']],
      ['query --json', ['query', '--actor', 'mallory', '--json']],
    ])('cannot act on a terminal through %s', async (_name, args) => {
      const result = await server.run(args[0] === 'get' ? [...args, hostileId] : args);
      expect(result.exitCode).toBe(0);
      expect(result.stdout).not.toMatch(ACTING);
      expect(result.stdout).not.toMatch(/^FAKE LINE/m);
    });

    it('stays whole with --json', async () => {
      const event = await server.json<{ action: { description: string } }>('get', hostileId);
      expect(event.action.description).toBe(HOSTILE);
    });
  });

  describe('get', () => {
    it('shows the event with its verification', async () => {
      await expect
        .poll(
          async () =>
            (await server.json<{ verification: { status: string } }>('get', hostileId)).verification.status,
        )
        .toBe('verified');
      expect((await server.run(['get', hostileId])).stdout).toMatch(/verification\n {2}status +verified/);
    });

    it('exits 1 for what does not exist, 2 for what is no id', async () => {
      const missing = await server.run(['get', 'c0ffee00-0000-4000-8000-00000000dead']);
      expect(missing).toMatchObject({ exitCode: 1, stdout: '' });
      expect((await server.run(['get', 'nonsense'])).exitCode).toBeGreaterThan(0);
    });
  });

  describe('stats', () => {
    it('counts', async () => {
      const stats = await server.json('stats', '--group-by', 'type', '--type', 'page.test');
      expect(stats).toEqual({ group_by: 'type', total: 1500, groups: [{ key: 'page.test', count: 1500 }] });
      expect((await server.run(['stats', '--type', 'page.test'])).stdout).toMatch(/page\.test +1,500/);
      expect(await server.run(['stats', '--group-by', 'colour'])).toMatchObject({ exitCode: 2 });
    });
  });

  describe('tail', () => {
    it('neither loses nor doubles an event over stops of the tail and of the server', async () => {
      const state = join(server.folder, 'tail.position');
      const seen: string[] = [];
      const tail = async (count: number): Promise<void> => {
        const args = ['tail', '--type', 'tail.test', '--json', '--state', state, '--max', String(count)];
        const result = await server.run(args);
        expect(result.exitCode).toBe(0);
        for (const line of result.stdout.trim().split('\n'))
          seen.push((JSON.parse(line) as { id: string }).id);
      };
      const send = async (from: number, to: number): Promise<void> => {
        const events = Array.from({ length: to - from }, (_, i) => ({
          type: 'tail.test',
          metadata: { i: from + i },
        }));
        await server.api('/v1/events', { method: 'POST', body: JSON.stringify({ events }) });
      };
      await send(0, 5);
      await tail(5);
      const following = tail(40);
      await send(5, 25);
      await server.restart();
      await send(25, 45);
      await following.catch(() => undefined);
      await server.json('capture', '--type', 'tail.test', '--actor', 'x');
      await tail(46 - seen.length);
      expect(seen).toHaveLength(46);
      expect(new Set(seen).size).toBe(46);
    });

    it('ends with 0 on SIGINT', async () => {
      const child = spawn(LAUNCHER, ['tail', '-n', '1'], {
        env: cleanEnvironment({ ATTESTRY_DATA_DIR: server.dataDir }),
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.kill('SIGINT');
      expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    });

    it('refuses a position that is none', async () => {
      const state = join(server.folder, 'broken.position');
      writeFileSync(state, '{}');
      expect(await server.run(['tail', '--state', state])).toMatchObject({ exitCode: 2 });
    });
  });

  describe('export', () => {
    it('writes all of it, or nothing under the name', async () => {
      const file = join(server.folder, 'out.ndjson');
      const done = await server.json<{ lines: number }>('export', '--type', 'page.test', '--out', file);
      expect(done.lines).toBe(1500);
      expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1500);
      const failed = await server.run([
        'export',
        '--type',
        'page.test',
        '--out',
        join(server.folder, 'no', 'folder'),
      ]);
      expect(failed).toMatchObject({ exitCode: 2 });
      expect(existsSync(join(server.folder, 'no'))).toBe(false);
    });

    it('trap 39: has a header even when it is empty', async () => {
      const result = await server.run(['export', '--format', 'csv', '--actor', 'nobody']);
      expect(result.exitCode).toBe(0);
      expect(result.stdout.split('\n')[0]).toContain('id');
    });
  });
});
