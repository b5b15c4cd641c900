import type { Attestry } from '../attestry.ts';
import { quietly } from '../capture/call-hook.ts';
import { messageOf } from '../errors.ts';
import type { TrackedEvent } from '../event/event-types.ts';

/** The event of one call, or how it is made from the call's arguments. */
export type EventOfCall<Args extends unknown[]> = TrackedEvent | ((...args: Args) => TrackedEvent);

/** Wraps a function so that each call becomes an event with its outcome and duration. It keeps its name and arity. */
export function audited<Work extends (...args: never[]) => unknown>(
  audit: Attestry,
  event: EventOfCall<Parameters<Work>>,
  work: Work,
): (...args: Parameters<Work>) => Promise<Awaited<ReturnType<Work>>> {
  const wrapped = function (this: unknown, ...args: Parameters<Work>): Promise<Awaited<ReturnType<Work>>> {
    return audit.track(
      eventOf(event, args, work.name),
      () => work.apply(this, args) as Awaited<ReturnType<Work>>,
    );
  };
  // Routers and containers of dependencies look at them.
  for (const member of ['name', 'length'] as const)
    Object.defineProperty(wrapped, member, { value: work[member], configurable: true });
  return wrapped;
}

/** A decorator of methods, by the standard (TypeScript 5) and by `experimentalDecorators` (NestJS). */
export interface MethodDecorator<Args extends unknown[]> {
  <This, Result>(
    method: (this: This, ...args: Args) => Promise<Result>,
    context: ClassMethodDecoratorContext<This>,
  ): (this: This, ...args: Args) => Promise<Result>;
  <Result>(
    prototype: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: Args) => Promise<Result>>,
  ): void;
}

/**
 * The same as a decorator of methods:
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
): MethodDecorator<Args> {
  const decorate = (method: unknown, _context: unknown, descriptor?: TypedPropertyDescriptor<unknown>) => {
    if (descriptor === undefined) return audited(audit, event as TrackedEvent, method as () => unknown);
    descriptor.value = audited(audit, event as TrackedEvent, descriptor.value as () => unknown);
    return undefined;
  };
  return decorate as MethodDecorator<Args>;
}

/** A description that throws, or is a promise, must not keep the work from being done. */
function eventOf<Args extends unknown[]>(event: EventOfCall<Args>, args: Args, name: string): TrackedEvent {
  if (typeof event !== 'function') return event;
  let problem: unknown = 'it was a promise';
  try {
    const described = event(...args) as TrackedEvent & { then?: unknown };
    if (typeof described.then !== 'function') return described;
    quietly(() => described);
  } catch (error) {
    problem = error;
  }
  return {
    type: 'system.error',
    target: { type: 'function', id: name || 'anonymous' },
    action: { description: `the event of this call could not be described: ${messageOf(problem)}` },
  };
}
