import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestServer } from './running-server.ts';

interface Exported {
  readonly id: string;
  readonly seq: number;
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly attestry_export?: Readonly<Record<string, unknown>>;
  };
  readonly [member: string]: unknown;
}

const LOG_MEMBERS = ['seq', 'recorded_at', 'hash', 'prev_hash', 'received_from', 'tenant_id'];

describe('an export of one tenant', () => {
  const server = TestServer.shared();

  it('is imported into another without loss, and a second import adds nothing', async () => {
    await server.record({
      type: 'document.viewed',
      actor: { type: 'user', id: 'ann', ip_address: '::ffff:192.0.2.1' },
    });
    await server.record({
      type: 'payment.sent',
      severity: 'high',
      data: { before: { a: 1 }, after: { a: 2 } },
    });
    await server.record({ type: 'note.kept', metadata: { text: 'ä😀', attestry_export: { mine: true } } });
    await server.api('/v1/stats?group_by=type');
    await server.api('/v1/tenants', { method: 'POST', body: '{"id":"other"}' });
    const { token } = await server.api<{ token: string }>('/v1/keys?tenant=other', {
      method: 'POST',
      body: '{"name":"other","roles":["admin"]}',
    });
    const source = await exported(server, server.key);
    const file = join(server.folder, 'export.ndjson');
    writeFileSync(file, source.map((event) => `${JSON.stringify(event)}\n`).join(''));

    const run = () => server.run(['import', 'ndjson', file, '--json', '--key', token]);
    const first = await run();
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    expect(JSON.parse(first.stdout)).toMatchObject({
      new: source.length,
      already_there: 0,
      problems_total: 0,
    });
    expect(JSON.parse((await run()).stdout)).toMatchObject({ new: 0, already_there: source.length });

    const home = await server.run(['import', 'ndjson', file]);
    expect(home).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('0 new, 0 already there') });
    expect(home.stderr.trim().split('\n')).toEqual([
      expect.stringContaining(`${source.length} events of this export are in this log under the same id`),
    ]);

    const copies = new Map((await exported(server, token)).map((event) => [event.id, event]));
    expect(source.map(({ type }) => type)).toContain('audit_log.searched');
    for (const original of source) {
      const copy = copies.get(original.id);
      const { attestry_export: origin, ...metadata } = copy?.metadata ?? {};
      const { earlier, type = copy?.['type'], ...log } = origin ?? {};
      const before = earlier === undefined ? metadata : { ...metadata, attestry_export: earlier };
      const restored = { ...copy, ...log, type, metadata: before };
      expect(restored).toEqual({ ...original, metadata: original.metadata ?? {} });
      expect(Object.keys(log).sort()).toEqual([...LOG_MEMBERS].sort());
    }
  });
});

/** Every event of the key's tenant, oldest first. */
async function exported(server: TestServer, key: string): Promise<Exported[]> {
  const response = await fetch(`${server.url}/v1/export?order=asc`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(response.status).toBe(200);
  return (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exported);
}
