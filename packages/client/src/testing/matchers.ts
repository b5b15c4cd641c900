import type { EventInput } from '../event/event-input.ts';
import type { CollectingClient } from './collecting-client.ts';

/** Part of an event; objects are compared member by member, everything else exactly. */
export type ExpectedEvent = { readonly [Name in keyof EventInput]?: unknown };

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * The matchers' types, to be merged into those of the test runner:
 *
 * ```ts
 * declare module 'vitest' {
 *   interface Matchers<T> extends AttestryMatchers<void> {}
 * }
 * ```
 */
export interface AttestryMatchers<Answer = void> {
  /** An event like this was captured. */
  toHaveAudited(event: ExpectedEvent): Answer;
  /** As many events like this were captured. */
  toHaveAuditedTimes(event: ExpectedEvent, times: number): Answer;
}

/** `expect.extend(attestryMatchers)` in Vitest or Jest, then `expect(audit).toHaveAudited({ type: 'document.viewed' })`. */
export const attestryMatchers = {
  toHaveAudited(audit: CollectingClient, expected: ExpectedEvent): MatcherResult {
    const pass = eventsOf(audit).some((event) => isPart(expected, event));
    return {
      pass,
      message: () =>
        pass
          ? `expected no event like ${JSON.stringify(expected)}, but there is one`
          : `expected an event like ${JSON.stringify(expected)}; captured were:\n${listed(audit)}`,
    };
  },
  toHaveAuditedTimes(audit: CollectingClient, expected: ExpectedEvent, times: number): MatcherResult {
    const found = eventsOf(audit).filter((event) => isPart(expected, event)).length;
    return {
      pass: found === times,
      message: () =>
        `expected ${times} events like ${JSON.stringify(expected)}, found ${found}:\n${listed(audit)}`,
    };
  },
};

/** @throws {TypeError} when it is another kind of client */
function eventsOf(audit: CollectingClient): CollectingClient['events'] {
  const events: unknown = (audit as CollectingClient | undefined)?.events;
  if (Array.isArray(events)) return events as CollectingClient['events'];
  throw new TypeError(
    'toHaveAudited asks a CollectingClient: expect(new CollectingClient()).toHaveAudited(…)',
  );
}

function listed(audit: CollectingClient): string {
  return audit.events.length === 0
    ? '  none'
    : audit.events.map((event) => `  ${JSON.stringify(event)}`).join('\n');
}

/** Matchers such as `expect.any(String)` have a method of their own. */
function isPart(expected: unknown, actual: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return Object.is(expected, actual);
  const { asymmetricMatch } = expected as { asymmetricMatch?: (value: unknown) => boolean };
  if (typeof asymmetricMatch === 'function') return asymmetricMatch.call(expected, actual);
  if (typeof actual !== 'object' || actual === null || Array.isArray(expected) !== Array.isArray(actual))
    return false;
  if (Array.isArray(expected) && expected.length !== (actual as unknown[]).length) return false;
  return Object.entries(expected).every(([name, value]) =>
    isPart(value, (actual as Record<string, unknown>)[name]),
  );
}
