import { expect, test } from 'vitest';
import { type TextRun, TextsAtHand, textRun } from './texts-at-hand.ts';

const hash = (n: number): Uint8Array => new Uint8Array(32).fill(n);

/** A head of a log, of which the given texts are the last records. */
function run(tenant: string, from: number, texts: Parameters<typeof textRun>[1]): TextRun {
  const size = from + texts.length;
  return textRun({ tenant, size, lastHash: hash(size) }, texts);
}

function filled(): { atHand: TextsAtHand; released: () => number } {
  let bytes = 0;
  const atHand = new TextsAtHand((count) => {
    bytes += count;
  });
  const sealed = { open: '', sealed: 'Zoë' };
  atHand.add(run('acme', 10, [{ open: 'a', sealed: '' }, undefined, sealed]));
  atHand.add(run('acme', 13, [{ open: 'd', sealed: 'dd' }]));
  atHand.add(run('acme', 20, [{ open: 'late', sealed: '' }]));
  atHand.add(run('other', 10, [{ open: 'not acme', sealed: '' }]));
  return { atHand, released: () => bytes };
}

/** What was taken, as text, between the next record and the first byte of the hash before it. */
function taken(atHand: TextsAtHand, tenant: string, from: number, limit = 100): unknown {
  const found = atHand.take(tenant, from, limit);
  const text = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString();
  return (
    found && [
      found.next,
      ...found.texts.map(({ seq, open, sealed }) => `${seq} ${text(open)}|${text(sealed)}`),
      found.lastHash[0],
    ]
  );
}

test('runs that follow each other are taken together, records without a text are passed over', () => {
  const { atHand, released } = filled();
  expect(taken(atHand, 'acme', 10)).toEqual([14, '10 a|', '12 |Zoë', '13 d|dd', 14]);
  expect(released()).toBe(8);
});

test('what comes before a gap or starts inside a run is right, the rest has to be read', () => {
  const { atHand } = filled();
  expect(taken(atHand, 'acme', 9)).toBeUndefined();
  expect(taken(atHand, 'acme', 12)).toEqual([14, '12 |Zoë', '13 d|dd', 14]);
  expect(taken(atHand, 'acme', 14)).toBeUndefined();
  expect(taken(atHand, 'acme', 20)).toEqual([21, '20 late|', 21]);
  expect(taken(atHand, 'nobody', 0)).toBeUndefined();
});

test('the limit leaves later runs for the next time, and what was read meanwhile is released', () => {
  const { atHand, released } = filled();
  expect(taken(atHand, 'acme', 10, 3)).toEqual([13, '10 a|', '12 |Zoë', 13]);
  expect(taken(atHand, 'acme', 15, 3)).toBeUndefined();
  expect(released()).toBe(8);
});

test('everything is let go of when nobody wants it', () => {
  const { atHand, released } = filled();
  atHand.clear();
  expect(released()).toBe(20);
  expect(taken(atHand, 'acme', 10)).toBeUndefined();
});
