import { expect, expectTypeOf, test } from 'vitest';
import type { BrowserAttestry } from './browser-attestry.ts';
import { fitted } from './page-event.ts';

test('long texts are cut, whole characters only, and the rest is left as it is', () => {
  expect(
    fitted({ type: 'a.b', metadata: { short: 'x'.repeat(1_000), n: 1, none: null, no: false } }),
  ).toEqual({
    type: 'a.b',
    metadata: { short: 'x'.repeat(1_000), n: 1, none: null, no: false },
  });
  expect(fitted('x'.repeat(1_001))).toBe(`${'x'.repeat(999)}…`);
  const emoji = fitted(`${'x'.repeat(998)}😀😀`);
  expect(emoji).toBe(`${'x'.repeat(998)}…`);
  expect(emoji.isWellFormed()).toBe(true);
});

test('what is deeper than five levels is left out', () => {
  const deep = { metadata: { a: { b: { c: { d: 1 } } }, list: [[[{}]], [[[{}]]]] } };
  expect(fitted({ metadata: { a: { b: { c: { d: { e: {} } } } } } })).toEqual({
    metadata: { a: { b: { c: { d: { e: '[too deep]' } } } } },
  });
  expect(fitted(deep)).toEqual({
    metadata: { a: { b: { c: { d: 1 } } }, list: [[[{}]], [[['[too deep]']]]] },
  });
});

test('types complete the catalogue and leave out what is not for a page to say', () => {
  const capture = (audit: BrowserAttestry): void => {
    audit.capture({
      type: 'document.viewed',
      target: { type: 'document', id: 'd-1' },
      context: { request_id: 'r' },
    });
    audit.capture({ type: 'cart.emptied', metadata: { items: 3 } });
    // @ts-expect-error a document that was viewed is a target
    audit.capture({ type: 'document.viewed' });
    // @ts-expect-error the backend says who it is
    audit.capture({ type: 'cart.emptied', actor: { type: 'user', id: 'u-1' } });
    // @ts-expect-error the backend says where it runs
    audit.capture({ type: 'cart.emptied', context: { service: 'billing' } });
  };
  expectTypeOf(capture).returns.toBeVoid();
});
