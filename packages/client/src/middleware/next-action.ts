import type { Attestry } from '../attestry.ts';
import type { EventInput } from '../event/event-input.ts';
import { inTime, isPromise } from './hook-answer.ts';
import { digestStatus, tell } from './next-internals.ts';
import { thrownText } from './sound-text.ts';

/**
 * Wraps a server action so that each call is an event with its outcome:
 * `export const remove = auditedAction(client, { type: 'document.deleted' }, action)`.
 *
 * @param event what the action is, or a function that tells it of the arguments; asked when the action is done
 */
export function auditedAction<Args extends unknown[], Result>(
  client: Attestry,
  event: EventInput | ((...args: Args) => EventInput | Promise<EventInput>),
  action: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    const startedMs = performance.now();
    let outcome: Outcome = { status: 'success' };
    try {
      return await action(...args);
    } catch (error) {
      outcome = outcomeOf(error);
      tell(error);
      throw error;
    } finally {
      const durationMs = performance.now() - startedMs;
      const known = told(event, args, (given) => withOutcome(given, outcome, durationMs));
      if (isPromise(known)) {
        const occurred_at = new Date().toISOString();
        client.waitFor(known.then((late) => client.capture({ occurred_at, ...late } as never)));
      } else client.capture(known as never);
    }
  };
}

interface Outcome {
  readonly status: 'success' | 'failure' | 'denied';
  readonly error?: string;
}

/** A redirect is how actions end well; `notFound()` and `forbidden()` are answers of the app. */
function outcomeOf(error: unknown): Outcome {
  const status = digestStatus(error);
  if (status === undefined) return { status: 'failure', error: thrownText(error) };
  if (status === 401 || status === 403) return { status: 'denied' };
  return { status: status < 400 ? 'success' : 'failure' };
}

/** The app's own function must not spoil its action, nor take its event. */
function told<Args extends unknown[]>(
  event: EventInput | ((...args: Args) => EventInput | Promise<EventInput>),
  args: Args,
  complete: (given: EventInput) => EventInput,
): EventInput | Promise<EventInput> {
  const untold = (error: unknown): EventInput =>
    complete({ type: 'api.request', metadata: { middleware_errors: [`event: ${thrownText(error)}`] } });
  try {
    const given = typeof event === 'function' ? event(...args) : event;
    return isPromise(given) ? inTime(given).then(complete).catch(untold) : complete(given);
  } catch (error) {
    return untold(error);
  }
}

/** @throws {TypeError} for what is no event: a function's braces are easily taken for those of an object */
function withOutcome(event: EventInput, { status, error }: Outcome, durationMs: number): EventInput {
  if (typeof (event as Partial<EventInput> | null | undefined)?.type !== 'string')
    throw new TypeError(`gave ${event === null ? 'null' : typeof event}, not an event with a type`);
  return {
    ...event,
    action: { ...event.action, status, ...(error === undefined ? {} : { error }) },
    performance: { ...event.performance, response_time_ms: Math.round(durationMs * 1_000) / 1_000 },
  } as EventInput;
}
