import type { EventInput } from '../event/event-input.ts';

/** Shares of events that are kept, 0 to 1, by type; `document.*` stands for all that begin with `document.`. */
export type SampleRates = Readonly<Record<string, number>>;

/**
 * The share of such events that is kept: that of the type, else that of the longest pattern, else 1. What failed or was
 * denied is always kept.
 */
export function sampleRate(rates: SampleRates, { type, action }: EventInput): number {
  if (['failure', 'denied', 'partial'].includes(action?.status ?? '')) return 1;
  for (let name = type, stem = type; ; name = `${stem}*`) {
    if (Object.hasOwn(rates, name)) return rates[name] as number;
    if (name === '*') return 1;
    stem = stem.replace(/[^.]*\.?$/, '');
  }
}
