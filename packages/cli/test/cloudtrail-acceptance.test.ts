import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storedBytes, storeEnvironment } from '@attestry/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './running-server.ts';
import { CLOUDTRAIL_FOLDER, cloudTrailFiles, HAS_CLOUDTRAIL } from './shared-data.ts';

/**
 * The main job on real input. What is expected is counted here, from the files, with nothing of the importer's code:
 * JSON.parse and a few lines of arithmetic.
 */

interface Raw {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly eventTime: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly requestID?: string;
  readonly userIdentity: { readonly type: string; readonly arn?: string; readonly accessKeyId?: string };
}

interface Page {
  readonly events: readonly {
    readonly id: string;
    readonly seq: number;
    readonly actor: Record<string, string>;
    readonly action: Record<string, string>;
    readonly metadata: { readonly cloudtrail: Raw };
  }[];
  readonly count?: { readonly value: number };
}

interface Stats {
  readonly total: number;
  readonly groups: readonly { readonly key: string | null; readonly count: number }[];
}

const name = `the CloudTrail import${HAS_CLOUDTRAIL ? '' : ' (skipped: no ../shared)'}`;
const DENIED = new Set(['AccessDenied', 'Client.UnauthorizedOperation']);
const BERT_JAN = 'arn:aws:iam::123837392027:user/bert-jan';

function statusOf(record: Raw): string {
  if (record.errorCode === undefined) return 'success';
  return DENIED.has(record.errorCode) ? 'denied' : 'failure';
}

function countBy<T>(list: readonly T[], key: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of list) counts[key(one)] = (counts[key(one)] ?? 0) + 1;
  return counts;
}

describe.skipIf(!HAS_CLOUDTRAIL)(name, () => {
  const server = TestServer.shared();
  let raw: readonly Raw[];
  const imported = ['--type', 'aws.*', '--type', 'user.login.*'];

  beforeAll(async () => {
    raw = cloudTrailFiles().flatMap(
      (file) => (JSON.parse(readFileSync(file, 'utf8')) as { Records: Raw[] }).Records,
    );
  });

  it('takes every record', async () => {
    const report = await server.json('import', 'cloudtrail', CLOUDTRAIL_FOLDER);
    expect(raw).toHaveLength(1233);
    expect(report).toMatchObject({
      files: 28,
      records: 1233,
      new: 1233,
      already_there: 0,
      problems_total: 0,
      problems: [],
    });
  });

  it('adds nothing the second time, and says so', async () => {
    const again = await server.run(['import', 'cloudtrail', CLOUDTRAIL_FOLDER]);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toContain('0 new, 1,233 already there');
    const page = await server.json<Page>('query', ...imported, '--limit', '1', '--count', 'exact');
    expect(page.count?.value).toBe(1233);
  });

  it.each(['success', 'failure', 'denied'])('finds the same by status %s', async (status) => {
    const expected = raw.filter((record) => statusOf(record) === status).map((record) => record.eventID);
    const page = await server.json<Page>('query', ...imported, '--status', status, '--limit', '5000');
    expect(page.events.map((event) => event.id).sort()).toEqual(expected.sort());
  });

  it('finds what one actor could not do', async () => {
    const expected = raw.filter(
      (record) => record.userIdentity.arn === BERT_JAN && statusOf(record) === 'failure',
    );
    const page = await server.json<Page>(
      'query',
      '--actor',
      BERT_JAN,
      '--status',
      'failure',
      '--limit',
      '5000',
    );
    expect(expected.length).toBeGreaterThan(50);
    expect(page.events.map((event) => event.id).sort()).toEqual(
      expected.map((record) => record.eventID).sort(),
    );
  });

  it('counts the same by status, actor and type', async () => {
    const groups = async (by: string): Promise<Record<string, number>> => {
      const stats = await server.json<Stats>('stats', '--group-by', by, ...imported, '--limit', '1000');
      expect(stats.total).toBe(1233);
      return Object.fromEntries(stats.groups.map(({ key, count }) => [String(key), count]));
    };
    expect(await groups('status')).toEqual(countBy(raw, statusOf));
    const actors = await groups('actor');
    const people = raw.filter((record) => record.userIdentity.arn !== undefined);
    expect(actors).toMatchObject(countBy(people, (record) => record.userIdentity.arn ?? ''));
    const types = await groups('type');
    expect(types['aws.kms.decrypt']).toBe(raw.filter((record) => record.eventName === 'Decrypt').length);
    expect(types['aws.iam.get_user']).toBe(raw.filter((record) => record.eventName === 'GetUser').length);
    expect(Object.values(types).reduce((sum, count) => sum + count, 0)).toBe(1233);
  });

  it('finds by address, network and request', async () => {
    const at = async (...filter: string[]): Promise<string[]> =>
      (await server.json<Page>('query', ...filter, '--limit', '5000')).events.map((event) => event.id).sort();
    const ids = (keep: (record: Raw) => boolean): string[] =>
      raw
        .filter(keep)
        .map((record) => record.eventID)
        .sort();
    expect(await at('--ip', '52.45.102.28')).toEqual(
      ids((record) => record.sourceIPAddress === '52.45.102.28'),
    );
    expect(await at('--ip', '10.0.0.0/8')).toEqual(ids((record) => record.sourceIPAddress.startsWith('10.')));
    const requestID = raw[0]?.requestID ?? '';
    expect(await at('--request-id', requestID)).toEqual(ids((record) => record.requestID === requestID));
  });

  it('finds words of the originals', async () => {
    const expected = raw
      .filter((record) => JSON.stringify(record).includes('"GetPasswordData"'))
      .map((record) => record.eventID);
    await expect
      .poll(async () =>
        (await server.json<Page>('query', 'GetPasswordData', '--limit', '5000')).events
          .map((event) => event.id)
          .sort(),
      )
      .toEqual(expected.sort());
    const throttled = raw
      .filter((record) => record.errorCode === 'ThrottlingException')
      .map((record) => record.eventID);
    const found = await server.json<Page>('query', 'ThrottlingException', '--limit', '5000');
    expect(found.events.map((event) => event.id).sort()).toEqual(throttled.sort());
  });

  it('shows the session of an event, in its order of time', async () => {
    const session = 'ASIATFQR7NSC2T5YJDEY';
    const expected = raw
      .filter((record) => record.userIdentity.accessKeyId === session)
      .sort((a, b) => a.eventTime.localeCompare(b.eventTime));
    const middle = expected[Math.floor(expected.length / 2)] as Raw;
    const args = ['get', middle.eventID, '--context', 'session', '--before', '50', '--after', '50'];
    const context = await server.json<{
      before: Page['events'];
      event: Page['events'][0];
      after: Page['events'];
    }>(...args);
    const shown = [...context.before, context.event, ...context.after];
    expect(new Set(shown.map((event) => event.id))).toEqual(
      new Set(expected.map((record) => record.eventID)),
    );
    expect(shown.map((event) => event.metadata.cloudtrail.eventTime)).toEqual(
      expected.map((record) => record.eventTime),
    );
  });

  it('gives every original back without loss', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestry-'));
    try {
      const file = join(folder, 'all.ndjson');
      expect(await server.run(['export', ...imported, '--out', file])).toMatchObject({ exitCode: 0 });
      const exported = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Page['events'][0]);
      const byId = new Map(exported.map((event) => [event.id, event]));
      expect(byId.size).toBe(1233);
      for (const record of raw) expect(byId.get(record.eventID)?.metadata.cloudtrail).toEqual(record);
      const csv = await server.run(['export', ...imported, '--format', 'csv', '--fields', 'id,type']);
      expect(csv.stdout.trim().split('\n')).toHaveLength(1234);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is not shown in the clear where it lies on disk', async () => {
    await server.stop();
    const stored = await storedBytes(server.dataDir);
    expect(stored).toContain('cloudtrail');
    expect(stored).not.toContain('stratus-red-team_39f95f43-cd2f-4beb-b69e-be60b6fe1f57');
    await server.restart();
  });

  it('verifies, online and on the files', async () => {
    const report = await server.json<{ ok: boolean; checked: Record<string, number> }>('verify');
    expect(report).toMatchObject({ ok: true, findings_total: 0 });
    expect(report.checked.records).toBeGreaterThanOrEqual(1234);
    const { ATTESTRY_STORE: store } = await storeEnvironment(server.dataDir);
    const folder = await server.json<{ ok: boolean; reports: readonly { ok: boolean }[] }>(
      'verify',
      '--data',
      server.dataDir,
      ...(store === undefined ? [] : ['--store', store]),
    );
    expect(folder).toMatchObject({ ok: true });
    expect(folder.reports.length).toBeGreaterThanOrEqual(2);
  });
});
