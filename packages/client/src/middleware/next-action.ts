import type { Attestry } from '../attestry.ts';
import type { EventInput } from '../event/event-input.ts';
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
      void told(event, args).then((known) =>
        client.capture(withOutcome(known, outcome, durationMs) as never),
      );
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

/** The app's own function must not spoil its action. */
async function told<Args extends unknown[]>(
  event: EventInput | ((...args: Args) => EventInput | Promise<EventInput>),
  args: Args,
): Promise<EventInput> {
  if (typeof event !== 'function') return event;
  try {
    return await event(...args);
  } catch (error) {
    return { type: 'api.request', metadata: { middleware_errors: [`event: ${thrownText(error)}`] } };
  }
}

function withOutcome(event: EventInput, { status, error }: Outcome, durationMs: number): EventInput {
  return {
    ...event,
    action: { ...event.action, status, ...(error === undefined ? {} : { error }) },
    performance: { ...event.performance, response_time_ms: Math.round(durationMs * 1_000) / 1_000 },
  } as EventInput;
}
