import type { EventInput } from '../event/event-input.ts';
import { changedNames } from './changed-names.ts';

/** The event of an action, known before it happens. */
export type TrackedEvent = EventInput;

/** What the work may say about itself while it runs. */
export interface Tracker {
  /** State before the change. */
  before?: Readonly<Record<string, unknown>>;
  /** State after the change. */
  after?: Readonly<Record<string, unknown>>;
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

/** Runs the work and captures how it went. The work's result and error are the caller's, untouched. */
export async function trackWork<Result>(
  capture: (event: EventInput) => string | undefined,
  event: TrackedEvent,
  work: (tracker: Tracker) => Result | Promise<Result>,
  options: TrackOptions = {},
): Promise<Result> {
  const tracker: Tracker = {};
  const startedMs = performance.now();
  const startId =
    options.start === true
      ? capture({ ...event, action: { ...event.action, status: 'in_progress' } } as EventInput)
      : undefined;
  let error: unknown;
  let failed = false;
  try {
    return await work(tracker);
  } catch (cause) {
    failed = true;
    error = cause;
    throw cause;
  } finally {
    capture(outcome({ event, tracker, startId, failed, error, durationMs: performance.now() - startedMs }));
  }
}

interface Ended {
  readonly event: EventInput;
  readonly tracker: Tracker;
  readonly startId: string | undefined;
  readonly failed: boolean;
  readonly error: unknown;
  readonly durationMs: number;
}

function outcome({ event, tracker, startId, failed, error, durationMs }: Ended): EventInput {
  const { before, after, target, status, metadata } = tracker;
  const hasChange = before !== undefined || after !== undefined;
  return {
    ...event,
    action: {
      ...event.action,
      status: status ?? (failed ? 'failure' : 'success'),
      ...(failed ? { error: errorText(error) } : {}),
    },
    ...(target === undefined ? {} : { target: { ...event.target, ...target } }),
    ...(startId === undefined ? {} : { context: { ...event.context, parent_id: startId } }),
    ...(hasChange
      ? {
          data: {
            ...event.data,
            ...(before === undefined ? {} : { before }),
            ...(after === undefined ? {} : { after }),
            ...(before === undefined || after === undefined ? {} : { fields: changedNames(before, after) }),
          },
        }
      : {}),
    performance: { ...event.performance, response_time_ms: Math.round(durationMs * 1_000) / 1_000 },
    ...(metadata === undefined ? {} : { metadata: { ...event.metadata, ...metadata } }),
  } as EventInput;
}

/** Class and message, never the stack: it names files and holds values. */
function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 4_000);
}
