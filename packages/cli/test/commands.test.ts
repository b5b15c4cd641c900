import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attestry, cleanEnvironment, LAUNCHER } from './cli-process.ts';
import { TestServer } from './running-server.ts';

const ESC = '\u001b';
/** What must never reach a terminal from somebody else's text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const ACTING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const HOSTILE = `${ESC}[2J${ESC}]0;owned\u0007 \u202egnp.exe\u009b31m\r\nFAKE LINE 2026-01-01 admin`;

interface Receipt {
  readonly id: string;
  readonly seq: number;
  readonly duplicate: boolean;
}

describe('commands against a real server', () => {
  let server: TestServer;
  let scratch: string;
  let hostileId: string;

  beforeAll(async () => {
    server = await TestServer.start();
    scratch = mkdtempSync(join(tmpdir(), 'attestry-'));
    const hostile = await server.api<Receipt>('/v1/events', {
      method: 'POST',
      body: JSON.stringify({
        type: 'document.viewed',
        actor: { type: 'user', id: 'mallory', name: HOSTILE.replaceAll('\u0000', '') },
        target: { type: 'document', id: '1', name: HOSTILE },
        action: { verb: 'read', status: 'success', description: HOSTILE },
        metadata: { [HOSTILE]: HOSTILE },
      }),
    });
    hostileId = hostile.id;
  });
  afterAll(async () => {
    await server.remove();
    rmSync(scratch, { recursive: true, force: true });
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
      const file = join(scratch, 'pages.ndjson');
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
        stderr: 'no event matches\n',
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
      const state = join(scratch, 'tail.position');
      const seen: string[] = [];
      const tail = async (count: number): Promise<void> => {
        const args = [
          'tail',
          '--type',
          'tail.test',
          '--json',
          '--state',
          state,
          '--interval',
          '100',
          '--max',
          String(count),
        ];
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
      const state = join(scratch, 'broken.position');
      writeFileSync(state, '{}');
      expect(await server.run(['tail', '--state', state])).toMatchObject({ exitCode: 2 });
    });
  });

  describe('export', () => {
    it('writes all of it, or nothing under the name', async () => {
      const file = join(scratch, 'out.ndjson');
      const done = await server.json<{ lines: number }>('export', '--type', 'page.test', '--out', file);
      expect(done.lines).toBe(1500);
      expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1500);
      const failed = await server.run([
        'export',
        '--type',
        'page.test',
        '--out',
        join(scratch, 'no', 'folder'),
      ]);
      expect(failed).toMatchObject({ exitCode: 2 });
      expect(existsSync(join(scratch, 'no'))).toBe(false);
    });

    it('trap 39: has a header even when it is empty', async () => {
      const result = await server.run(['export', '--format', 'csv', '--actor', 'nobody']);
      expect(result.exitCode).toBe(0);
      expect(result.stdout.split('\n')[0]).toContain('id');
    });
  });

  describe('verify, checkpoint, proof', () => {
    it('finds nothing in a log that nobody changed', async () => {
      const result = await server.run(['verify']);
      expect(result.stdout).toContain('nothing was changed');
      expect(result.exitCode).toBe(0);
      expect(await server.run(['verify', '--from', '5', '--to', '5'])).toMatchObject({ exitCode: 2 });
    });

    it('trap 1: a folder that cannot be read is never a pass', async () => {
      const nowhere = await attestry(['verify', '--data', join(scratch, 'nowhere')]);
      expect(nowhere.exitCode).not.toBe(0);
      const empty = mkdtempSync(join(scratch, 'empty-'));
      expect((await attestry(['verify', '--data', empty])).exitCode).not.toBe(0);
    });

    it('prints the signed note as it was published', async () => {
      const { stdout, exitCode } = await server.run(['checkpoint']);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^\S+\/t\/default\n\d+\n[A-Za-z0-9+/=]+\n\n— \S+\/t\/default \S+\n$/);
      expect(await server.run(['checkpoint', '--list'])).toMatchObject({ exitCode: 0 });
      expect(await server.run(['checkpoint', 'yesterday'])).toMatchObject({ exitCode: 2 });
      expect(await server.run(['checkpoint', '999999999'])).toMatchObject({ exitCode: 1 });
    });

    it('gives evidence that is checked without the server', async () => {
      const [proof, record] = [join(scratch, 'event.proof'), join(scratch, 'event.record')];
      const fetched = await server.run(['proof', hostileId, '--out', proof, '--record', record]);
      expect(fetched).toMatchObject({ exitCode: 0 });
      const { tenants } = await server.json<{ tenants: { id: string; vkey: string }[] }>('tenants', 'list');
      const vkey = tenants.find((tenant) => tenant.id === 'default')?.vkey ?? '';
      const check = (file: string) => attestry(['proof', '--check', proof, '--record', file, '--vkey', vkey]);
      expect(await check(record)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('proven') });
      const forged = join(scratch, 'forged.record');
      writeFileSync(forged, readFileSync(record, 'utf8').replace('"success"', '"failure"'));
      expect(await check(forged)).toMatchObject({
        exitCode: 1,
        stdout: expect.stringContaining('not proven'),
      });
      const otherKey = await attestry([
        'proof',
        '--check',
        proof,
        '--record',
        record,
        '--vkey',
        'x+00000000+AQ==',
      ]);
      expect(otherKey.exitCode).not.toBe(0);
    });
  });

  describe('import', () => {
    it('names file and line of what is broken, goes on, and exits 1', async () => {
      const file = join(scratch, 'mixed.ndjson');
      const good = '{"type":"mixed.test"}';
      writeFileSync(
        file,
        [good, '{"type":', '{"type":"Bad Type"}', good, '{"type":"mixed.test","nonsense":1}'].join('\n'),
      );
      const result = await server.run(['import', 'ndjson', file]);
      expect(result.exitCode).toBe(1);
      expect(result.stdout).toContain('2 new, 0 already there, 3 problems');
      expect(result.stderr).toMatch(/mixed\.ndjson: line 2: invalid_json/);
      expect(result.stderr).toMatch(/mixed\.ndjson: line 3: \w+ at \/type/);
      expect(result.stderr).toMatch(/mixed\.ndjson: line 5: \w+ at \/nonsense/);
      const again = await server.run(['import', 'ndjson', file, '--json']);
      expect(again.exitCode).toBe(1);
      expect(JSON.parse(again.stdout)).toMatchObject({ new: 0, already_there: 2, problems_total: 3 });
    });

    it('trap 14: a record that is too large costs its neighbours nothing', async () => {
      const file = join(scratch, 'large.ndjson');
      const events = [
        { type: 'large.test' },
        { type: 'large.test', metadata: { x: 'x'.repeat(70_000) } },
        { type: 'large.test' },
      ];
      writeFileSync(file, events.map((event) => JSON.stringify(event)).join('\n'));
      const result = await server.run(['import', 'ndjson', file]);
      expect(result).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/line 2: record_too_large/),
      });
      expect(result.stdout).toContain('2 new');
    });

    it('reads gzip, folders and standard input, and survives broken files', async () => {
      const folder = mkdtempSync(join(scratch, 'trail-'));
      const record = (n: number) => ({
        eventID: `c0ffee00-0000-4000-8000-00000000100${n}`,
        eventName: 'GetBucketAcl',
        eventSource: 's3.amazonaws.com',
        eventTime: '2026-01-01T00:00:00Z',
        userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::1:user/x' },
      });
      const whole = JSON.stringify({ Records: [record(1), record(2)] });
      writeFileSync(join(folder, 'a.json.gz'), gzipSync(whole));
      writeFileSync(
        join(folder, 'b.json'),
        `${JSON.stringify({ Records: [record(3)] }).slice(0, -2)},{"eventName":"Cut`,
      );
      writeFileSync(join(folder, 'c.json.gz'), gzipSync(whole).subarray(0, 40));
      writeFileSync(join(folder, 'd.json'), Buffer.from([0x7b, 0xff, 0x7d]));
      writeFileSync(join(folder, 'readme.txt'), 'not read');
      const result = await server.run(['import', 'cloudtrail', folder]);
      expect(result.exitCode).toBe(1);
      expect(result.stdout).toContain('3 new, 0 already there, 3 problems');
      expect(result.stderr).toMatch(/b\.json: Records\[1\]: broken_record: .*cut off/);
      expect(result.stderr).toMatch(/c\.json\.gz: unreadable: broken gzip/);
      expect(result.stderr).toMatch(/d\.json: unreadable: not UTF-8/);
      const piped = await server.run(['import', 'cloudtrail', '-'], { input: whole });
      expect(piped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('0 new, 2 already there') });
    });

    it('shows what it would send with --dry-run, and needs no server for it', async () => {
      const input = JSON.stringify({
        eventName: 'GetUser',
        eventSource: 'iam.amazonaws.com',
        eventTime: '2026-01-01T00:00:00Z',
      });
      const result = await attestry(['import', 'cloudtrail', '--dry-run', '-'], { input });
      expect(result.exitCode).toBe(0);
      expect(JSON.parse(result.stdout)).toMatchObject({ type: 'aws.iam.get_user', action: { verb: 'read' } });
    });

    it('says which path is wrong', async () => {
      expect(await server.run(['import', 'cloudtrail', join(scratch, 'none')])).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('no such file or folder'),
      });
      const empty = mkdtempSync(join(scratch, 'empty-'));
      expect(await server.run(['import', 'cloudtrail', empty])).toMatchObject({ exitCode: 2 });
    });
  });

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

  describe('doctor', () => {
    it('finds a healthy installation healthy', async () => {
      const result = await server.run(['doctor', '--json']);
      const report = JSON.parse(result.stdout) as { ok: boolean; checks: { name: string; result: string }[] };
      expect(report.checks.filter((check) => check.result === 'fail')).toEqual([]);
      expect(result.exitCode).toBe(0);
      const names = report.checks.map((check) => check.name);
      for (const name of [
        'node',
        'clock',
        'disk',
        'data folder',
        'lock',
        'server',
        'clocks',
        'store',
        'search',
        'key',
        'checkpoint',
      ]) {
        expect(names).toContain(name);
      }
    });

    it('says what is wrong and what to do', async () => {
      const result = await server.run(['doctor', '--url', 'http://127.0.0.1:1', '--key', 'x']);
      expect(result.exitCode).toBe(1);
      expect(result.stdout).toMatch(/FAIL {2}server .*cannot reach http:\/\/127\.0\.0\.1:1/);
      expect(result.stdout).toMatch(/→ Is the server running there/);
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
      const forced = await server.run(['query', '--limit', '1'], { env: { FORCE_COLOR: '1' } });
      expect(forced.stdout).toContain(ESC);
      const both = await server.run(['query', '--limit', '1'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
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
