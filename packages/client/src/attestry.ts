import { type AttestryStats, type CloseReport, Pipeline } from './capture/pipeline.ts';
import { contextStorage } from './context/context-storage.ts';
import { type EventContext, layOver, mergeDefaults } from './context/merge-event.ts';
import type { EventInput } from './event/event-input.ts';
import type { AuditEvent, AuditEventType, TrackedEvent } from './event/event-types.ts';
import type { AttestryOptions } from './options.ts';
import type { Receipt } from './receipt.ts';
import { type Tracker, type TrackOptions, trackWork } from './track/track.ts';

/**
 * A client of an Attestry server: captures events and gets them into the audit log in the background.
 *
 * `capture` returns at once and never throws, whatever happens to the server. `captureDurable` waits for the receipt.
 * Make one per process; `child` gives it further defaults for a part of the app.
 */
export class Attestry {
  readonly #pipeline: Pipeline;
  readonly #defaults: EventContext;

  /** @throws {AttestryError} `configuration`, naming every mistake */
  constructor(options?: AttestryOptions);
  /** @internal of `child` */
  constructor(options: AttestryOptions | undefined, pipeline: Pipeline, defaults: EventContext);
  constructor(options?: AttestryOptions, pipeline?: Pipeline, defaults?: EventContext) {
    // `new Attestry(url, key)` is a mistake in the options.
    this.#pipeline = pipeline instanceof Pipeline ? pipeline : new Pipeline(options);
    this.#defaults = defaults ?? mergeDefaults({}, this.#pipeline.settings.defaults ?? {});
  }

  /**
   * Captures an event. Returns at once, never throws: what goes wrong is told to `onError` and counted.
   *
   * @returns the event's id, or `undefined` when it was left out or dropped
   */
  capture<const Type extends AuditEventType>(event: AuditEvent<Type>): string | undefined {
    return this.#pipeline.capture(event as EventInput, this.#defaults);
  }

  /**
   * Captures an event and waits until it is in the log; while the server is away that takes as long as it is away.
   *
   * @returns its receipt
   * @throws {AttestryError} `event_refused`, `queue_full`, `closed`, `invalid_event`
   */
  captureDurable<const Type extends AuditEventType>(event: AuditEvent<Type>): Promise<Receipt> {
    return this.#pipeline.captureDurable(event as EventInput, this.#defaults);
  }

  /**
   * Runs work whose events all get these members: a request's actor, tenant and request id. Nested calls add to it.
   * Where the runtime cannot carry context along asynchronous calls (browsers), use `child`.
   */
  run<Result>(context: EventContext, work: () => Result): Result {
    const storage = contextStorage();
    if (storage === undefined) return work();
    // With the mark of the request that this is in, if any.
    return storage.run(layOver({ ...storage.getStore() }, context), work);
  }

  /** A client with further defaults. It shares queue, connection and counts with this one. */
  child(defaults: EventContext): Attestry {
    return new Attestry(undefined, this.#pipeline, mergeDefaults(this.#defaults, defaults));
  }

  /**
   * Records an action with its outcome: success when `work` returns, failure with the error's text when it throws (the
   * error goes on to the caller untouched), and how long it took. Set `before` and `after` on the tracker for a change.
   */
  track<Result, const Type extends AuditEventType>(
    event: TrackedEvent<Type>,
    work: (tracker: Tracker) => Result | Promise<Result>,
    options?: TrackOptions,
  ): Promise<Result> {
    // One for both: a beginning without an end says that the work was never done.
    const draw = Math.random();
    return trackWork(
      (made) => this.#pipeline.capture(made, this.#defaults, draw),
      event as EventInput,
      work,
      options,
    );
  }

  /**
   * For middleware: has `flush` and `close` wait for something that is about to capture events, such as who made a request.
   *
   * @internal
   * @param lookUp never rejects, and captures its events before it resolves
   */
  waitFor(lookUp: Promise<unknown>): void {
    this.#pipeline.waitFor(lookUp);
  }

  /**
   * Sends what waits now.
   *
   * @returns true when everything captured before is settled; false when the server could not take it
   */
  flush(): Promise<boolean> {
    return this.#pipeline.flush();
  }

  /**
   * Takes nothing more, sends what waits, and ends. Safe to call twice.
   *
   * @param deadlineMs longest time it may take; 5 s when absent
   */
  close(deadlineMs?: number): Promise<CloseReport> {
    return this.#pipeline.close(deadlineMs);
  }

  stats(): AttestryStats {
    return this.#pipeline.stats();
  }
}
