const TICKS = 20;

/**
 * Calls back once this process has had turns for so long. Time in which it had none does not count, because it was paused
 * or the machine had other things to do: an answer may be there that it could not read yet.
 *
 * @returns takes it back
 */
export function afterOwnTime(ms: number, done: () => void): () => void {
  let ticks = 0;
  // A timer that is late is not made up for: however long the wait was, it is one tick.
  const timer = setInterval(() => {
    ticks += 1;
    if (ticks < TICKS) return;
    clearInterval(timer);
    done();
  }, ms / TICKS).unref();
  return () => clearInterval(timer);
}
