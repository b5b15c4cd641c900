/** Shares of events that are kept, 0 to 1, by type; `document.*` stands for all that begin with `document.`. */
export type SampleRates = Readonly<Record<string, number>>;

/** The share of events of a type that is kept: its own, else that of the longest pattern, else 1. */
export function sampleRate(rates: SampleRates, type: string): number {
  for (let name = type, stem = type; ; name = `${stem}*`) {
    if (Object.hasOwn(rates, name)) return rates[name] as number;
    if (name === '*') return 1;
    stem = stem.replace(/[^.]*\.?$/, '');
  }
}
