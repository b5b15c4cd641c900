import { parseRfc3339 } from '../event/rfc3339.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const RELATIVE = /^-?(\d{1,9})([smhdw])$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const NAIVE = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;
/** A hundred years. */
const RELATIVE_MS_MAX = 100 * 366 * 86_400_000;

/**
 * A time of the query language: a day (its beginning in UTC), an RFC 3339 time, or how long ago: `24h`, `-7d`.
 *
 * @returns milliseconds since 1970, or `undefined` when it is none
 */
export function queryTime(text: string, nowMs: number): number | undefined {
  const relative = RELATIVE.exec(text);
  if (relative !== null) {
    const ms = Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? Number.NaN);
    return ms > RELATIVE_MS_MAX ? undefined : nowMs - ms;
  }
  return parseRfc3339(DATE.test(text) ? `${text}T00:00:00Z` : text);
}

/** What to write instead of something that is no time. */
export function queryTimeAdvice(text: string): string {
  if (NAIVE.test(text)) return 'This time has no time zone; add Z or an offset such as +02:00.';
  return 'This is neither a day (2026-01-31), nor a time with an offset (2026-01-31T12:00:00Z), nor how long ago (24h, 7d).';
}
