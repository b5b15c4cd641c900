import { expect, test } from 'vitest';
import { CollectingClient, NoopClient } from '../testing/collecting-client.ts';
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

test('wrapped functions and decorated methods keep their arguments, results and this', async () => {
  const audit = new CollectingClient();
  const add = audited(
    audit,
    (a) => ({ type: 'a.added', metadata: { a } }),
    (a: number, b: number) => a + b,
  );
  expect(await add(1, 2)).toBe(3);
  const event = auditedMethod(audit, (id: string) => ({
    type: 'document.deleted',
    target: { type: 'document', id },
  }));
  class Documents {
    readonly gone: string[] = [];
    async remove(id: string): Promise<number> {
      return this.gone.push(id);
    }
  }
  const documents = new Documents();
  const remove = event(documents.remove as never, {} as ClassMethodDecoratorContext);
  expect(await remove.call(documents as never, 'd-7')).toBe(1);
  expect(audit).toHaveAudited({ type: 'document.deleted', target: { id: 'd-7' } });
  const broken = audited(
    audit,
    () => {
      throw new Error('no event');
    },
    () => 5,
  );
  expect(await broken()).toBe(5);
});

test('the no-op client takes everything and does nothing', async () => {
  const audit = new NoopClient();
  expect(audit.capture({ type: 'a.b' })).toBeUndefined();
  expect(await audit.track({ type: 'a.b' }, () => 1)).toBe(1);
  expect(await audit.flush()).toBe(true);
});
