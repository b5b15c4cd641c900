import { expect } from 'vitest';
import { type NormalizeContext, type NormalizeResult, normalizeEvent, type Problem } from '../src/index.ts';

/** The clock of these cases. */
export const NOW_MS = Date.UTC(2026, 10, 21, 12);
/** The id that events get when they have none. */
export const ID = '0199b000-0000-7000-8000-000000000000';

const context: NormalizeContext = { tenantId: 'acme', nowMs: NOW_MS, newId: () => ID };

/** Sets the member at a JSON pointer of a small valid event. */
export function eventWith(pointer: string, value: unknown): object {
  const event: Record<string, unknown> = { type: 'document.viewed' };
  const tokens = pointer.slice(1).split('/');
  let parent = event;
  for (const [index, token] of tokens.entries()) {
    if (index === tokens.length - 1) {
      parent[token] = value;
      break;
    }
    const isTyped = token === 'actor' || token === 'target' || token === 'on_behalf_of';
    parent[token] ??= isTyped ? { type: 'service' } : tokens[index + 1] === '0' ? [] : {};
    parent = parent[token] as Record<string, unknown>;
  }
  return event;
}

/** What is wrong with an event. */
export function problemsOf(input: unknown, overrides: Partial<NormalizeContext> = {}): readonly Problem[] {
  const result = normalizeEvent(input, { ...context, ...overrides });
  return result.ok ? [] : result.problems;
}

/** Code and place of the one problem. */
export function refusal(
  input: unknown,
  overrides: Partial<NormalizeContext> = {},
): [string, string] | undefined {
  const problems = problemsOf(input, overrides);
  expect(problems.length, JSON.stringify(problems)).toBeLessThanOrEqual(1);
  const [only] = problems;
  return only && [only.code, only.path];
}

/** The result of an event that must be right. */
export function accepted(
  input: unknown,
  overrides: Partial<NormalizeContext> = {},
): Extract<NormalizeResult, { ok: true }> {
  const result = normalizeEvent(input, { ...context, ...overrides });
  if (!result.ok) {
    throw new Error(JSON.stringify(result.problems));
  }
  return result;
}
