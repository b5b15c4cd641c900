/** Shares of events that are kept, 0 to 1, by type; `document.*` stands for all that begin with `document.`. */
export type SampleRates = Readonly<Record<string, number>>;

/** The share of events of a type that is kept: its own, else that of the longest pattern, else 1. */
export function sampleRate(rates: SampleRates, type: string): number {
  const own = rates[type];
  if (own !== undefined) return own;
  for (let end = type.lastIndexOf('.'); end > 0; end = type.lastIndexOf('.', end - 1)) {
    const rate = rates[`${type.slice(0, end)}.*`];
    if (rate !== undefined) return rate;
  }
  return rates['*'] ?? 1;
}

/** @throws {TypeError} naming the rate that is none */
export function checkRates(rates: SampleRates): void {
  for (const [type, rate] of Object.entries(rates)) {
    if (!(rate >= 0 && rate <= 1))
      throw new TypeError(`sample rate of ${type} must be from 0 to 1, not ${rate}`);
  }
}
