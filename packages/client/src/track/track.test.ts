import { transform } from 'esbuild';
import { expect, test } from 'vitest';
import { settingsChanged } from '../catalogue/index.ts';
import { CollectingClient } from '../testing/collecting-client.ts';
import { type AttestryMatchers, attestryMatchers } from '../testing/matchers.ts';
import { audited, auditedMethod } from './audited.ts';

expect.extend(attestryMatchers);
declare module 'vitest' {
  interface Matchers extends AttestryMatchers {}
}

const TARGET = { type: 'document', id: 'd-1' };

test("success: the result is the caller's, the change is computed, the duration measured", async () => {
  const audit = new CollectingClient();
  const result = await audit.track({ type: 'document.edited', target: TARGET }, async (t) => {
    t.before = { title: 'a', tags: [1], same: { x: 1 } };
    await new Promise((resolve) => setTimeout(resolve, 10));
    t.after = { title: 'b', tags: [1, 2], same: { x: 1 } };
    return 17;
  });
  expect(result).toBe(17);
  expect(audit).toHaveAudited({
    type: 'document.edited',
    action: { status: 'success' },
    data: { fields: ['tags', 'title'] },
  });
  expect(audit.events[0]?.performance?.response_time_ms).toBeGreaterThan(5);
});

test('failure: the very error goes on, its text is recorded, not its stack', async () => {
  const audit = new CollectingClient();
  const error = new TypeError('disk full');
  await expect(
    audit.track({ type: 'file.uploaded', target: TARGET }, () => Promise.reject(error)),
  ).rejects.toBe(error);
  await expect(
    audit.track({ type: 'file.uploaded', target: TARGET }, () => {
      throw error;
    }),
  ).rejects.toBe(error);
  expect(audit).toHaveAuditedTimes({ action: { status: 'failure', error: 'TypeError: disk full' } }, 2);
});

test('a beginning can be recorded, and the end names it', async () => {
  const audit = new CollectingClient();
  await audit.track({ type: 'workflow.node.executed' }, () => undefined, { start: true });
  const [start, end] = audit.events;
  expect(start?.action?.status).toBe('in_progress');
  expect(end).toMatchObject({ action: { status: 'success' }, context: { parent_id: start?.id } });
});

test('the work may say how it went', async () => {
  const audit = new CollectingClient();
  await audit.track({ type: 'record.updated', target: TARGET }, (t) => {
    t.status = 'denied';
    t.target = { type: 'document', id: 'd-2', name: 'plan' };
    t.metadata = { rule: 'four eyes' };
  });
  expect(audit).toHaveAudited({
    action: { status: 'denied' },
    target: { id: 'd-2', name: 'plan' },
    metadata: { rule: 'four eyes' },
  });
});

test('states are what they were when they were set, and nothing said of them breaks the work', async () => {
  const audit = new CollectingClient();
  const user = { name: 'a', seen: new Date(0), roles: { x: 1, y: 2 }, id: 1n };
  await audit.track({ type: 'record.updated', target: TARGET }, (t) => {
    t.before = user;
    user.name = 'b';
    user.seen = new Date(1);
    user.roles = { y: 2, x: 1 };
    t.after = user;
  });
  expect(audit.events[0]?.data).toMatchObject({
    before: { name: 'a', id: '1' },
    after: { name: 'b' },
    fields: ['name', 'seen'],
  });
  audit.clear();
  const created = await audit.track({ type: 'record.created', target: TARGET }, (t) => {
    t.before = null;
    t.after = { name: 'a' };
    t.metadata = new Proxy({}, { ownKeys: () => explode() });
    return 1;
  });
  expect(created).toBe(1);
  await expect(
    audit.track({ type: 'record.updated', target: TARGET }, (t) => {
      t.before = new Proxy({}, { get: () => explode(), ownKeys: () => explode() });
      throw Object.create(null) as Error;
    }),
  ).rejects.toBeTypeOf('object');
  expect(audit).toHaveAudited({ type: 'record.updated', action: { status: 'failure', error: 'unreadable' } });
});

function explode(): never {
  throw new Error('proxy');
}

test('a changed password is named as changed, and neither value leaves', async () => {
  const audit = new CollectingClient();
  await audit.track({ type: 'record.updated', target: TARGET }, (t) => {
    t.before = { password: 'old' };
    t.after = { password: 'new' };
  });
  expect(audit.events[0]?.data).toEqual({
    before: { password: '[redacted]' },
    after: { password: '[redacted]' },
    fields: ['password'],
  });
});

test('wrapped functions keep their arguments, results and this', async () => {
  const audit = new CollectingClient();
  const add = audited(
    audit,
    (a) => ({ type: 'a.added', metadata: { a } }),
    (a: number, b: number) => a + b,
  );
  expect(await add(1, 2)).toBe(3);
  expect(audit).toHaveAudited({ type: 'a.added', metadata: { a: 1 } });
  const broken = audited(audit, explode, () => 5);
  expect(await broken()).toBe(5);
  expect(audit).toHaveAudited({ type: 'system.error', target: { id: 'anonymous' } });
});

const DECORATED = `
  export const make = (audited) => {
    class Documents {
      gone = [];
      @audited async remove(id) { return this.gone.push(id); }
    }
    return new Documents();
  };`;

test.each([false, true])(
  'a method is decorated by the standard, or as NestJS does it: %s',
  async (experimentalDecorators) => {
    const audit = new CollectingClient();
    const { code } = await transform(DECORATED, {
      loader: 'ts',
      target: 'es2022',
      tsconfigRaw: { compilerOptions: { experimentalDecorators } },
    });
    const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      make(decorator: unknown): { remove(id: string): Promise<number> };
    };
    const documents = module.make(
      auditedMethod(audit, (id: string) => ({ type: 'document.deleted', target: { type: 'document', id } })),
    );
    expect([await documents.remove('d-7'), await documents.remove('d-8')]).toEqual([1, 2]);
    expect(audit).toHaveAuditedTimes({ type: 'document.deleted', action: { status: 'success' } }, 2);
    expect(audit).toHaveAudited({ target: { id: 'd-8' } });
  },
);

test('settings are compared whatever is in them, also when there were none', () => {
  const audit = new CollectingClient();
  const loop: Record<string, unknown> = { a: 1n, password: 'x' };
  loop['self'] = loop;
  const throwing = {
    get a(): never {
      throw new Error('getter');
    },
  };
  for (const before of [undefined, null, throwing, { a: 2n, password: 'y' }])
    audit.capture(settingsChanged({ id: 's' }, before, loop));
  for (const { data } of audit.events)
    expect(data).toMatchObject({
      after: { a: '1', password: '[redacted]' },
      fields: expect.arrayContaining(['a', 'password', 'self']),
    });
  expect(audit.events).toHaveLength(4);
});

test('a change behind what is kept of a long text or list is a change', async () => {
  const audit = new CollectingClient();
  const long = 'x'.repeat(100_000);
  await audit.track({ type: 'document.edited', target: { type: 'document', id: '1' } }, (tracker) => {
    tracker.before = { text: `${long}A`, same: long, list: Array.from({ length: 50_000 }, () => 1) };
    tracker.after = { text: `${long}B`, same: long, list: Array.from({ length: 50_001 }, () => 1) };
  });
  expect(audit.events[0]?.data?.fields).toEqual(['list', 'text']);
});

test('sets and maps that change are changes, and a state that refers to itself takes no longer than another', async () => {
  const audit = new CollectingClient();
  const target = { type: 'document', id: '1' } as const;
  await audit.track({ type: 'document.edited', target }, (tracker) => {
    tracker.before = { roles: new Set(['a']), same: new Map([['a', 1]]), long: 'x'.repeat(60_000) };
    tracker.after = { roles: new Set(['a', 'b']), same: new Map([['a', 1]]), long: 'x'.repeat(60_000) };
  });
  expect(audit.events[0]?.data?.fields).toEqual(['roles']);
  const loop: Record<string, unknown> = { text: 'x'.repeat(100_000) };
  let shared: object = { end: 1 };
  for (let level = 0; level < 60; level += 1) shared = { a: shared, b: shared };
  Object.assign(loop, { loop, shared });
  await audit.track({ type: 'document.edited', target }, (tracker) => {
    tracker.before = loop;
    tracker.after = { ...loop, text: `${'x'.repeat(100_000)}y` };
  });
  expect(audit.events[1]?.data?.fields).toContain('text');
});
