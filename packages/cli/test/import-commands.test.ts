import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { attestry } from './cli-process.ts';
import { TestServer } from './running-server.ts';

describe('importing into a real server', () => {
  const server = TestServer.shared();

  it('names file and line of what is broken, goes on, and exits 1', async () => {
    const file = join(server.folder, 'mixed.ndjson');
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
    const file = join(server.folder, 'large.ndjson');
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
    const folder = mkdtempSync(join(server.folder, 'trail-'));
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

  it('names a path that holds nothing, imports the others, and exits 1', async () => {
    const [good, linked, empty] = ['good.ndjson', 'linked', 'nothing'].map((name) =>
      join(server.folder, name),
    ) as [string, string, string];
    for (const folder of [linked, empty]) mkdirSync(folder);
    writeFileSync(good, '{"type":"paths.test"}');
    symlinkSync(good, join(linked, 'link.ndjson'));
    symlinkSync(join(server.folder, 'gone'), join(linked, 'broken.ndjson'));
    const paths = [join(server.folder, 'none'), good, empty, linked];
    const result = await server.run(['import', 'ndjson', ...paths]);
    expect(result.stderr).toMatch(/none: unreadable: no such file or folder/);
    expect(result.stderr).toMatch(/nothing: unreadable: no file in it ends in/);
    expect(result.stderr).toMatch(/broken\.ndjson: unreadable/);
    expect(result).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('2 new') });
  });

  it('says which path is wrong when no path is right', async () => {
    expect(await server.run(['import', 'cloudtrail', join(server.folder, 'none')])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no such file or folder'),
    });
    const empty = mkdtempSync(join(server.folder, 'empty-'));
    expect(await server.run(['import', 'cloudtrail', empty])).toMatchObject({ exitCode: 2 });
  });
});
