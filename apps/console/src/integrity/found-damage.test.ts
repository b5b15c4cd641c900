import { expect, test } from 'vitest';
import {
  findingsOf,
  NOTHING_FOUND,
  withEvent,
  withServerVerification,
  withVerification,
} from './found-damage.ts';

const verified = (from: number, to: number, findings: number) => ({
  ok: findings === 0,
  findings_total: findings,
  checked: { from, to },
});
const proof = { id: 'a', seq: 9, by: 'proof' } as const;
const server = { id: 'a', seq: 9, by: 'server' } as const;

test('an event stays damaged until the same witness finds it right, or its record is verified', () => {
  const found = withEvent(withEvent(NOTHING_FOUND, proof, false), server, false);
  expect(findingsOf(found)).toBe(1);
  expect(withEvent(found, { ...proof, id: 'b' }, true)).toBe(found);
  expect(withEvent(found, proof, true).events).toEqual([server]);
  expect(withServerVerification(found, verified(0, 20, 0)).events).toEqual([proof]);
  expect(withServerVerification(found, verified(0, 20, 3))).toBe(found);
  expect(withVerification(found, verified(10, 20, 0)).events).toEqual([proof, server]);
  expect(withVerification(found, verified(0, 10, 0))).toEqual(NOTHING_FOUND);
});

test('what a verification found stays until one of the same records finds nothing', () => {
  const found = withVerification(withEvent(NOTHING_FOUND, proof, false), verified(0, 20, 4));
  expect(findingsOf(found)).toBe(4);
  expect(withVerification(found, verified(10, 20, 1)).range).toEqual(found.range);
  expect(withVerification(found, verified(10, 30, 0)).range).toEqual(found.range);
  expect(withServerVerification(found, verified(0, 30, 0)).range).toEqual(found.range);
  expect(findingsOf(withVerification(found, verified(0, 30, 0)))).toBe(0);
});
