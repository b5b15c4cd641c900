import { expect, test } from 'vitest';
import { TextsAtHand } from './texts-at-hand.ts';

function filled(): { atHand: TextsAtHand; released: () => number } {
  let chars = 0;
  const atHand = new TextsAtHand((count) => {
    chars += count;
  });
  atHand.add({ tenant: 'acme', from: 10, texts: ['a', null, 'cc'] });
  atHand.add({ tenant: 'acme', from: 13, texts: ['ddd'] });
  atHand.add({ tenant: 'acme', from: 20, texts: ['late'] });
  atHand.add({ tenant: 'other', from: 10, texts: ['not acme'] });
  return { atHand, released: () => chars };
}

test('runs that follow each other are taken together, records without a text are passed over', () => {
  const { atHand, released } = filled();
  expect(atHand.take('acme', 10, 100)).toEqual({
    texts: [
      { seq: 10, text: 'a' },
      { seq: 12, text: 'cc' },
      { seq: 13, text: 'ddd' },
    ],
    next: 14,
  });
  expect(released()).toBe(6);
});

test('what comes before a gap or starts inside a run is right, the rest has to be read', () => {
  const { atHand } = filled();
  expect(atHand.take('acme', 9, 100)).toBeUndefined();
  expect(atHand.take('acme', 12, 100)?.texts.map(({ seq }) => seq)).toEqual([12, 13]);
  expect(atHand.take('acme', 14, 100)).toBeUndefined();
  expect(atHand.take('acme', 20, 100)).toEqual({ texts: [{ seq: 20, text: 'late' }], next: 21 });
  expect(atHand.take('nobody', 0, 100)).toBeUndefined();
});

test('the limit leaves later runs for the next time, and what was read meanwhile is released', () => {
  const { atHand, released } = filled();
  expect(atHand.take('acme', 10, 3)?.next).toBe(13);
  expect(atHand.take('acme', 15, 3)).toBeUndefined();
  expect(released()).toBe(6);
});
