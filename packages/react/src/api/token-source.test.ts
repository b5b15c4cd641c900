import { expect, test } from 'vitest';
import { ApiProblem } from './problem.ts';
import { type TokenAnswer, TokenSource } from './token-source.ts';

function source(...answers: (TokenAnswer | Error)[]) {
  const clock = { nowMs: Date.parse('2026-03-01T08:00:00Z') };
  let asked = 0;
  const tokens = new TokenSource(
    async () => {
      const answer = answers[asked];
      asked += 1;
      if (answer instanceof Error) throw answer;
      return answer ?? '';
    },
    () => clock.nowMs,
  );
  return { tokens, clock, asked: () => asked };
}

test('a token is asked for once, however many requests wait for it', async () => {
  const { tokens, asked } = source('t-1', 't-2');
  expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(['t-1', 't-1']);
  expect(await tokens.current()).toBe('t-1');
  expect(asked()).toBe(1);
});

test('another one is asked for before the first one ends', async () => {
  const { tokens, clock } = source({ token: 't-1', expires_at: '2026-03-01T08:10:00Z' }, 't-2');
  expect(await tokens.current()).toBe('t-1');
  clock.nowMs += 7 * 60_000;
  expect(await tokens.current()).toBe('t-1');
  clock.nowMs += 60_000;
  expect(await tokens.current()).toBe('t-2');
});

test('one that ended by the clock of this browser alone is used until the server refuses it', async () => {
  const { tokens, asked } = source({ token: 't-1', expires_at: '2026-03-01T07:59:00Z' }, 't-2');
  expect([await tokens.current(), await tokens.current()]).toEqual(['t-1', 't-1']);
  tokens.refused('t-1');
  expect(await tokens.current()).toBe('t-2');
  tokens.refused('t-1');
  expect(await tokens.current()).toBe('t-2');
  expect(asked()).toBe(2);
});

test.each([[new Error('offline')], [''], [{ token: '' }]])(
  'no token is a problem with a code, and asked for again: %s',
  async (answer) => {
    const { tokens } = source(answer, 't-2');
    const problem = await tokens.current().catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({ code: 'no_token' });
    expect(await tokens.current()).toBe('t-2');
  },
);
