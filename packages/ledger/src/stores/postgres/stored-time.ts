/** PostgreSQL begins in 4713 BC. */
const FIRST_MS = Date.UTC(-4_711, 0, 1);
/** Where JavaScript's dates end; PostgreSQL's end later. */
const LAST_MS = 8_640_000_000_000_000;

/** A time as text that PostgreSQL reads as `timestamptz`; what lies outside its range becomes the end of it. */
export function timeText(ms: number): string {
  const time = new Date(Math.min(Math.max(ms, FIRST_MS), LAST_MS));
  const year = time.getUTCFullYear();
  const rest = time.toISOString().slice(-20);
  return year > 0
    ? `${String(year).padStart(4, '0')}${rest}`
    : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}

/** SQL of the milliseconds since 1970 of a time. */
export function msSql(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::float8`;
}
