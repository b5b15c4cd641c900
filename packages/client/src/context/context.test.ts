import { channel } from 'node:diagnostics_channel';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect, test } from 'vitest';
import { CollectingClient } from '../testing/collecting-client.ts';
import { mergeDefaults } from './merge-event.ts';

test('context flows through asynchronous calls, nests, and does not leak to others', async () => {
  const audit = new CollectingClient({ defaults: { context: { service: 'billing' } } });
  const request = (id: string, ms: number): Promise<void> =>
    audit.run({ context: { request_id: id }, actor: { type: 'user', id: `u-${id}` } }, async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      await audit.run(
        { context: { project_id: 'p' } },
        async () => void audit.capture({ type: 'a.inner', metadata: { id } }),
      );
    });
  await Promise.all([request('1', 20), request('2', 5)]);
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
  await audit.close();
  expect(audit.child({}).capture({ type: 'a.late' })).toBeUndefined();
});

test('an actor with an id of its own is not mixed with another', () => {
  const base = { actor: { type: 'user', id: 'u-1', email: 'one@example.com' } } as const;
  expect(mergeDefaults(base, { actor: { type: 'service', id: 's-1' } }).actor).toEqual({
    type: 'service',
    id: 's-1',
  });
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
