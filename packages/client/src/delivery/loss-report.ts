import type { AttestryErrorCode } from '../errors.ts';

/** What was lost since it was last told. */
export class LossReport {
  #count = 0;
  #reasons: Record<string, number> = {};
  #types: Record<string, number> = {};
  #firstAt: string | undefined;
  #lastAt: string | undefined;
  #total = 0;

  /** All that was lost since the client was made. */
  get total(): number {
    return this.#total;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(type: string, reason: AttestryErrorCode, nowMs: number): void {
    const at = new Date(nowMs).toISOString();
    this.#count += 1;
    this.#total += 1;
    this.#reasons[reason] = (this.#reasons[reason] ?? 0) + 1;
    // Types are few in an app; should it make them up, the report stays small.
    const name = type in this.#types || Object.keys(this.#types).length < 50 ? type : 'other';
    this.#types[name] = (this.#types[name] ?? 0) + 1;
    this.#firstAt ??= at;
    this.#lastAt = at;
  }

  /** The event that says what is missing, and a clean sheet. */
  take(): { type: string; category: 'system'; severity: 'high'; action: object; metadata: object } {
    const lost = {
      count: this.#count,
      reasons: this.#reasons,
      types: this.#types,
      first_at: this.#firstAt,
      last_at: this.#lastAt,
    };
    this.#count = 0;
    this.#reasons = {};
    this.#types = {};
    this.#firstAt = undefined;
    this.#lastAt = undefined;
    return {
      type: 'system.events.lost',
      category: 'system',
      severity: 'high',
      action: { status: 'failure', description: `${lost.count} events could not be sent and are missing.` },
      metadata: { lost },
    };
  }
}
