import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { expect, test } from 'vitest';
import { Attestry } from '../attestry.ts';
import { CollectingClient } from '../testing/collecting-client.ts';
import { mergeDefaults } from './merge-event.ts';

test('context flows through asynchronous calls, nests, and does not leak to others', async () => {
  const audit = new CollectingClient({ defaults: { context: { service: 'billing' } } });
  const { promise: bothAreIn, resolve: letGo } = Promise.withResolvers<void>();
  let inside = 0;
  const request = (id: string): Promise<void> =>
    audit.run({ context: { request_id: id }, actor: { type: 'user', id: `u-${id}` } }, async () => {
      inside += 1;
      if (inside === 2) letGo();
      await bothAreIn;
      await audit.run(
        { context: { project_id: 'p' } },
        async () => void audit.capture({ type: 'a.inner', metadata: { id } }),
      );
    });
  await Promise.all([request('2'), request('1')]);
  audit.capture({ type: 'a.outer' });
  expect(audit.ofType('a.inner').map(({ actor, context }) => [actor?.id, context])).toEqual([
    ['u-2', { service: 'billing', request_id: '2', project_id: 'p' }],
    ['u-1', { service: 'billing', request_id: '1', project_id: 'p' }],
  ]);
  expect(audit.ofType('a.outer')[0]).not.toHaveProperty('actor');
});

test('a child has further defaults and shares everything else', async () => {
  const audit = new CollectingClient({ defaults: { context: { service: 'a' } } });
  audit.child({ context: { environment: 'test' } }).capture({ type: 'a.b' });
  expect(audit.events[0]?.context).toEqual({ service: 'a', environment: 'test' });
  const errors: string[] = [];
  const other = new CollectingClient({ onError: ({ code }) => errors.push(code) });
  await other.close();
  expect(other.child({}).capture({ type: 'a.late' })).toBeUndefined();
  expect(errors).toEqual(['closed']);
});

test('what is said most can be said shortly', () => {
  const audit = new CollectingClient();
  const child = audit.child({ service: 'billing', environment: 'test' });
  child.run({ actor: { type: 'user', id: 'u-1' }, tenant: 'acme', request_id: 'r-1' }, () => {
    child.capture({ type: 'a.b', context: { reason: 'asked' } });
  });
  expect(audit.events[0]).toMatchObject({
    tenant_id: 'acme',
    actor: { id: 'u-1' },
    context: { service: 'billing', environment: 'test', request_id: 'r-1', reason: 'asked' },
  });
});

test('our own requests belong to no request of the app, and to no trace', async () => {
  const storage = new AsyncLocalStorage<string>();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const seen: unknown[] = [];
  const audit = new Attestry({
    url: 'http://server.test',
    key: 'att_k',
    drainOnExit: false,
    fetch: () => {
      seen.push(storage.getStore(), isTracingSuppressed(context.active()), trace.getActiveSpan());
      return Promise.resolve(Response.json({ receipts: [{}] }, { status: 201 }));
    },
  });
  const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
  await storage.run('a request', () =>
    context.with(trace.setSpan(context.active(), span), () => {
      audit.capture({ type: 'a.b' });
      return audit.flush();
    }),
  );
  context.disable();
  expect(seen).toEqual([undefined, true, undefined]);
});

test('an actor with an id of its own is not mixed with another', () => {
  const base = { actor: { type: 'user', id: 'u-1', email: 'one@example.com' } } as const;
  expect(mergeDefaults(base, { actor: { type: 'service', id: 's-1' } }).actor).toEqual({
    type: 'service',
    id: 's-1',
  });
  expect(mergeDefaults({ actor: { type: 'anonymous' } }, base).actor).toEqual(base.actor);
  expect(mergeDefaults(base, { actor: { type: 'user', ip_address: '192.0.2.1' } }).actor).toEqual({
    ...base.actor,
    ip_address: '192.0.2.1',
  });
});

test('the active span of OpenTelemetry is named, unless the event names one', () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const audit = new CollectingClient();
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const span = trace.wrapSpanContext({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 });
  context.with(trace.setSpan(context.active(), span), () => {
    audit.capture({ type: 'a.b' });
    audit.capture({ type: 'a.b', context: { trace_id: 'mine' } });
  });
  expect(audit.events.map((event) => event.context)).toEqual([
    { trace_id: traceId, span_id: 'b7ad6b7169203331' },
    { trace_id: 'mine', span_id: 'b7ad6b7169203331' },
  ]);
  context.disable();
});

test('diagnostics tell of sending, without contents', async () => {
  const messages: unknown[] = [];
  const listener = (message: unknown): void => void messages.push(message);
  channel('attestry:client').subscribe(listener);
  const audit = new CollectingClient();
  audit.capture({ type: 'a.b', metadata: { secret_thing: 1 } });
  await audit.flush();
  channel('attestry:client').unsubscribe(listener);
  expect(messages).toMatchObject([{ kind: 'sent', events: 1 }]);
});
