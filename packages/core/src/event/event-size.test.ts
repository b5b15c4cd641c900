import { expect, test } from 'vitest';
import { normalizeEvent } from './normalize-event.ts';

const CONTEXT = {
  tenantId: 'acme',
  nowMs: Date.UTC(2026, 0, 1),
  newId: () => '019b76da-a805-7bd8-82a2-8b1f088b3a18',
};

function withMembers(count: number): unknown {
  const metadata = Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, n]));
  return { type: 'document.viewed', metadata };
}

test('an event with more values than a record can hold is refused before anything is spent on it', () => {
  const result = normalizeEvent(withMembers(40_000), CONTEXT);
  expect(result).toMatchObject({ ok: false, problems: [{ code: 'too_many', path: '' }] });
  expect(normalizeEvent(withMembers(20_000), CONTEXT).ok).toBe(true);
});

test('a deep value does not exhaust the stack', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level += 1) deep = { deep };
  expect(normalizeEvent({ type: 'document.viewed', metadata: deep }, CONTEXT).ok).toBe(false);
});
