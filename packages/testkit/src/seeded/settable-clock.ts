/** A clock that stands still until it is told. */
export interface SettableClock {
  readonly now: () => number;
  /** Moves by this many milliseconds, back when negative. */
  advance(ms: number): void;
  set(ms: number): void;
}

/** @param startMs first reading, milliseconds since the epoch */
export function createSettableClock(startMs: number): SettableClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    set: (ms) => {
      nowMs = ms;
    },
  };
}
