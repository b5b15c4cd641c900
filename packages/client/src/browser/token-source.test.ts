import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TokenSource } from './token-source.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => vi.useRealTimers());

let made = 0;
/** A token that ends in so many seconds by our clock. */
function newToken(endsInS: number): string {
  made += 1;
  return `att_browser_0123456789abcdef_${(Math.floor(Date.now() / 1_000) + endsInS).toString(36)}_sealed${made}`;
}

test('one question for all who need a token, and another when three quarters of its life are over', async () => {
  const ask = vi.fn(async () => ({ token: newToken(900) }));
  const tokens = new TokenSource(ask, 1_000);
  expect([tokens.good, tokens.latest]).toEqual([undefined, undefined]);
  const [first, second] = await Promise.all([tokens.renewed(), tokens.renewed()]);
  expect(first).toBe(second);
  expect(ask).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(674_000);
  expect(tokens.good).toBe(first);
  vi.advanceTimersByTime(2_000);
  expect([tokens.good, tokens.latest]).toEqual([undefined, first]);
  expect(await tokens.renewed()).not.toBe(first);
});

test('a clock that is far ahead does not make every token an old one', async () => {
  const tokens = new TokenSource(() => newToken(-3_600), 1_000);
  const token = await tokens.renewed();
  vi.advanceTimersByTime(100_000);
  expect(tokens.good).toBe(token);
});

test('a dropped token is used no more, nor one that was asked for before', async () => {
  const answers: ((token: string) => void)[] = [];
  const tokens = new TokenSource(() => new Promise((resolve) => answers.push(resolve)), 1_000);
  const before = tokens.renewed();
  tokens.drop();
  const after = tokens.renewed();
  const [old, next] = [newToken(900), newToken(900)];
  answers[1]?.(next);
  expect(await after).toBe(next);
  answers[0]?.(old);
  await before;
  expect(tokens.good).toBe(next);
  tokens.drop(old);
  expect(tokens.good).toBe(next);
  tokens.drop(next);
  expect([tokens.good, tokens.latest]).toEqual([undefined, undefined]);
});

test.each([
  ['nothing', () => undefined as never],
  ['an answer without a token', async () => ({}) as never],
  ['a page of HTML', async () => '<!doctype html>'],
  ['an error', async () => Promise.reject(new Error('503'))],
  ['no answer', () => new Promise<string>(() => undefined)],
])('a function that gives %s is asked again later', async (_name, ask) => {
  const answers = [ask, () => newToken(900)];
  const tokens = new TokenSource(() => (answers.shift() as () => string)(), 1_000);
  const failed = expect(tokens.renewed()).rejects.toThrow(/no browser token|503|no token within 1000 ms/);
  await vi.advanceTimersByTimeAsync(1_001);
  await failed;
  expect(await tokens.renewed()).toMatch(/^att_browser_/);
});
