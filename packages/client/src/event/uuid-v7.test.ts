import { expect, test } from 'vitest';
import { uuidV7 } from './uuid-v7.ts';

test('ids have the form of version 7, sort in the order they are made and never repeat', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => uuidV7(1_700_000_000_000 + Math.floor(i / 9_000)));
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a clock that goes back does not bring the order back', () => {
  const later = uuidV7(1_900_000_000_000);
  expect(uuidV7(1_800_000_000_000) > later).toBe(true);
});
