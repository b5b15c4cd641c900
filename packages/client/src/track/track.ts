import { layOver } from '../context/merge-event.ts';
import { messageOf } from '../errors.ts';
import type { EventInput } from '../event/event-input.ts';
import { changedNames, copiedState } from './changed-names.ts';

/** What the work may say about itself while it runs. */
export interface Tracker {
  /**
   * State before the change, or null when there was none. Kept as it is when it is set: changing the object afterwards
   * changes nothing here.
   */
  before?: object | null | undefined;
  /** State after the change, or null when nothing is left. */
  after?: object | null | undefined;
  /** The thing it was done to, when that is known only now. */
  target?: EventInput['target'];
  /** The result, when it is not what returning or throwing says: `denied`, `partial`. */
  status?: 'success' | 'failure' | 'denied' | 'partial';
  /** More about it. */
  metadata?: Readonly<Record<string, unknown>>;
}

export interface TrackOptions {
  /** Record the beginning as well, with the status `in_progress`; the end names it as its parent. */
  readonly start?: boolean;
}

/** Takes an event, or what makes it; never throws. */
type Capture = (event: EventInput | (() => EventInput)) => string | undefined;

/** Runs the work and captures how it went. The work's result and error are the caller's, untouched. */
export async function trackWork<Result>(
  capture: Capture,
  event: EventInput,
  work: (tracker: Tracker) => Result | Promise<Result>,
  { start = false }: TrackOptions = {},
): Promise<Result> {
  const tracker: Tracker = new StateTracker();
  const startedMs = performance.now();
  const startId = start
    ? capture(() => withMembers(event, { action: { status: 'in_progress' } }))
    : undefined;
  const end = (how: object): void => {
    const performanceOf = { response_time_ms: Math.round((performance.now() - startedMs) * 1_000) / 1_000 };
    capture(() =>
      withMembers(event, { ...outcome(tracker, how), performance: performanceOf, parent_id: startId }),
    );
  };
  let result: Result;
  try {
    result = await work(tracker);
  } catch (error) {
    end({ status: 'failure', error: errorText(error) });
    throw error;
  }
  end({ status: 'success' });
  return result;
}

function withMembers(event: EventInput, members: object): EventInput {
  return layOver(layOver({}, event), members) as EventInput;
}

function outcome({ before, after, target, status, metadata }: Tracker, how: object): object {
  return {
    action: status === undefined ? how : { ...how, status },
    target,
    data:
      before || after
        ? {
            // First, as states may be more than an event can hold.
            fields: before && after ? changedNames(before, after) : undefined,
            before: before ?? undefined,
            after: after ?? undefined,
          }
        : undefined,
    metadata,
  };
}

/** What the work is given. States are copied when they are set: apps change the objects of their database in place. */
class StateTracker implements Tracker {
  #before: object | null | undefined;
  #after: object | null | undefined;

  get before(): object | null | undefined {
    return this.#before;
  }
  set before(state: object | null | undefined) {
    this.#before = copiedState(state);
  }

  get after(): object | null | undefined {
    return this.#after;
  }
  set after(state: object | null | undefined) {
    this.#after = copiedState(state);
  }
}

/** Class and message, never the stack: it names files and holds values. */
function errorText(error: unknown): string {
  const name = error instanceof Error ? `${messageOf(error.name)}: ` : '';
  return `${name}${messageOf(error)}`.slice(0, 4_000);
}
