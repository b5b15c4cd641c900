import { expect, test } from 'vitest';
import { retryAfterMs } from './answers.ts';

const THEN = 'Sat, 21 Nov 2026 10:00:00 GMT';
test.each([
  ['3', THEN, 3_000],
  ['Sat, 21 Nov 2026 10:00:05 GMT', THEN, 5_000],
  ['999999999', null, 300_000],
  ['soon', THEN, undefined],
  [null, THEN, undefined],
])('Retry-After %s, said at %s, is %s ms', (header, date, ms) => {
  expect(retryAfterMs(header, date)).toBe(ms);
});
