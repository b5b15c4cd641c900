import type { QueuedEvent } from './event-queue.ts';

/**
 * Keeps events outside the process until they are in the log.
 *
 * - `keep` MUST have handed the event to the operating system when it returns true, so that it survives the end of the
 *   process; it MUST NOT throw, and returns false when it cannot keep it (full disk, bound reached).
 * - `done` says that an event is settled. What was kept and is not done MUST come back from `next` of a later process.
 * - `next` gives kept events that are not in memory, oldest first: those of earlier processes, then those that were kept
 *   with `inMemory` false. Each event comes once.
 * - Several processes MAY use one place at once; an event of a living process MUST NOT come to another one.
 */
export interface EventSpool {
  keep(event: QueuedEvent, inMemory: boolean): boolean;
  done(event: QueuedEvent): void;
  next(eventsMax: number): readonly QueuedEvent[];
  /** Whether `next` has something to give. */
  hasBacklog(): boolean;
  /** Names who is told when events cannot be kept; what happened before is told at once. */
  onTrouble(listener: (error: Error) => void): void;
  /** Bytes that wait outside of the process. */
  readonly bytes: number;
  /** Hands over to the disk what the policy has left open, and lets go of the place. */
  close(): void;
}
