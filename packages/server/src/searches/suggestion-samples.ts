import { SUGGESTION_SAMPLES_MAX } from '../limits.ts';

/** How long a look at the log serves the letters that are typed after it. */
const KEPT_MS = 15_000;

/** Newest events and types by who sees them, kept while somebody types. */
export class SuggestionSamples {
  readonly #kept = new Map<string, { readonly untilMs: number; readonly sample: Promise<unknown> }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get<T>(name: string, make: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.untilMs > this.#now()) return kept.sample as Promise<T>;
    const sample = make();
    sample.catch(() => this.#kept.delete(name));
    this.#kept.delete(name);
    this.#kept.set(name, { untilMs: this.#now() + KEPT_MS, sample });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > SUGGESTION_SAMPLES_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return sample;
  }
}
