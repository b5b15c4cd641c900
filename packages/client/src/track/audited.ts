import type { Attestry } from '../attestry.ts';
import type { TrackedEvent } from './track.ts';

/** The event of one call, or how it is made from the call's arguments. */
export type EventOfCall<Args extends unknown[]> = TrackedEvent | ((...args: Args) => TrackedEvent);

/** Wraps a function so that each call becomes an event with its outcome and duration. */
export function audited<Work extends (...args: never[]) => unknown>(
  audit: Attestry,
  event: EventOfCall<Parameters<Work>>,
  work: Work,
): (...args: Parameters<Work>) => Promise<Awaited<ReturnType<Work>>> {
  return function (this: unknown, ...args: Parameters<Work>) {
    return audit.track(eventOf(event, args), () => work.apply(this, args) as Awaited<ReturnType<Work>>);
  };
}

/**
 * The same as a decorator of methods (TypeScript 5, ECMAScript decorators):
 *
 * ```ts
 * class Documents {
 *   @auditedMethod(audit, (id: string) => ({ type: 'document.deleted', target: { type: 'document', id } }))
 *   async remove(id: string): Promise<void> { … }
 * }
 * ```
 */
export function auditedMethod<Args extends unknown[]>(
  audit: Attestry,
  event: EventOfCall<Args>,
): <This, Result>(
  method: (this: This, ...args: Args) => Promise<Result>,
  context: ClassMethodDecoratorContext,
) => (this: This, ...args: Args) => Promise<Result> {
  return (method) =>
    function (...args) {
      return audit.track(eventOf(event, args), () => method.apply(this, args));
    };
}

/** A description that throws must not keep the work from being done. */
function eventOf<Args extends unknown[]>(event: EventOfCall<Args>, args: Args): TrackedEvent {
  if (typeof event !== 'function') return event;
  try {
    return event(...args);
  } catch (error) {
    return {
      type: 'system.error',
      action: {
        description: `the event of an audited call could not be made: ${String(error)}`.slice(0, 2_000),
      },
    };
  }
}
