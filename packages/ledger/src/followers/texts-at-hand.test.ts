import { expect, test } from 'vitest';
import { TextsAtHand, textRun } from './texts-at-hand.ts';

function filled(): { atHand: TextsAtHand; released: () => number } {
  let bytes = 0;
  const atHand = new TextsAtHand((count) => {
    bytes += count;
  });
  atHand.add(textRun('acme', 10, ['a', undefined, 'Zoë']));
  atHand.add(textRun('acme', 13, ['ddd']));
  atHand.add(textRun('acme', 20, ['late']));
  atHand.add(textRun('other', 10, ['not acme']));
  return { atHand, released: () => bytes };
}

/** What was taken, as text. */
function taken(atHand: TextsAtHand, tenant: string, from: number, limit = 100): unknown {
  const found = atHand.take(tenant, from, limit);
  return (
    found && [found.next, ...found.texts.map(({ seq, text }) => `${seq} ${Buffer.from(text).toString()}`)]
  );
}

test('runs that follow each other are taken together, records without a text are passed over', () => {
  const { atHand, released } = filled();
  expect(taken(atHand, 'acme', 10)).toEqual([14, '10 a', '12 Zoë', '13 ddd']);
  expect(released()).toBe(8);
});

test('what comes before a gap or starts inside a run is right, the rest has to be read', () => {
  const { atHand } = filled();
  expect(taken(atHand, 'acme', 9)).toBeUndefined();
  expect(taken(atHand, 'acme', 12)).toEqual([14, '12 Zoë', '13 ddd']);
  expect(taken(atHand, 'acme', 14)).toBeUndefined();
  expect(taken(atHand, 'acme', 20)).toEqual([21, '20 late']);
  expect(taken(atHand, 'nobody', 0)).toBeUndefined();
});

test('the limit leaves later runs for the next time, and what was read meanwhile is released', () => {
  const { atHand, released } = filled();
  expect(taken(atHand, 'acme', 10, 3)).toEqual([13, '10 a', '12 Zoë']);
  expect(taken(atHand, 'acme', 15, 3)).toBeUndefined();
  expect(released()).toBe(8);
});
