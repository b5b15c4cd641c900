import { TURN_MS_MAX, TURNS_TAKEN_MS } from '../limits.ts';
import type { Turn } from '../ports/shared-store.ts';

/**
 * `free`: nobody was met lately, so what there is to send is sent. Otherwise turns are taken with the others: `none` is
 * held, it is `held`, it is `over` and to be ended, or an answer about it is waited for (`asking`).
 */
export type TurnState = 'free' | 'none' | 'held' | 'over' | 'asking';

/**
 * Turns with other processes that write to the same logs. As long as nobody is met at the same heads there are none.
 * When a head was moved by somebody else, what is linked to it is worth nothing, and whoever sends again at once is in
 * the next one's way; so each sends only in its turn for a while.
 */
export class Turns {
  readonly #take: () => Promise<Turn | undefined>;
  #takenUntilMs = 0;
  #held: { readonly turn: Turn; readonly endsAtMs: number } | undefined;
  #asking = false;

  constructor(take: () => Promise<Turn | undefined>) {
    this.#take = take;
  }

  get state(): TurnState {
    if (this.#asking) return 'asking';
    const nowMs = performance.now();
    if (this.#held !== undefined) return nowMs < this.#held.endsAtMs ? 'held' : 'over';
    return nowMs < this.#takenUntilMs ? 'none' : 'free';
  }

  /** Somebody else has moved a head. */
  metOthers(): void {
    this.#takenUntilMs = performance.now() + TURNS_TAKEN_MS;
  }

  /**
   * Waits for the turn, then does what has to be done first in it. When it does not come in time, or anything fails,
   * things go on without: the fence of the heads decides.
   */
  async begin(first: () => Promise<void>): Promise<void> {
    this.#asking = true;
    try {
      const turn = await this.#take();
      if (turn === undefined) {
        this.#takenUntilMs = 0;
        return;
      }
      this.#held = { turn, endsAtMs: performance.now() + TURN_MS_MAX };
      await first();
    } catch (error) {
      this.#takenUntilMs = 0;
      throw error;
    } finally {
      this.#asking = false;
    }
  }

  async end(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    this.#asking = true;
    try {
      await held?.turn.end();
    } finally {
      this.#asking = false;
    }
  }
}
