/** How times and numbers are written for one reader. */
export interface FormatOptions {
  /** BCP 47; the browser's own when absent. */
  readonly locale?: string;
  /** IANA name; the browser's own when absent. */
  readonly timeZone?: string;
}

/** Writes times and numbers in the reader's language and time zone. */
export interface Format {
  readonly timeZone: string;
  number(value: number): string;
  /** 12,345 as "12K". */
  compact(value: number): string;
  /** "15:42:07" and ".318", which lists show fainter. */
  clock(time: string): { readonly seconds: string; readonly fraction: string };
  /** "Sat, 21 Nov 2026, 15:42:07.318 UTC" */
  moment(time: string): string;
  /** "Saturday, 21 November 2026" */
  day(time: string): string;
  /** The day as a key: equal for times of the same day in this time zone. */
  dayKey(time: string): string;
  /** "21 Nov 2026" */
  date(time: string): string;
  /** "21 Nov 2026 UTC": days are counted from midnight to midnight UTC, wherever they are looked at. */
  utcDate(time: string): string;
  /** "21 Nov, 16:00" */
  shortMoment(time: string): string;
  /** "2 minutes ago" */
  relative(time: string, nowMs: number): string;
  bytes(value: number): string;
  percent(share: number): string;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** Makes the formatter; the `Intl` objects behind it cost a lot to make and nothing to use, so keep it. */
export function createFormat({ locale, timeZone }: FormatOptions = {}): Format {
  const zone = { ...(timeZone === undefined ? {} : { timeZone }) };
  const dates = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { ...zone, ...options });
  const clock = dates({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const moment = dates({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  const day = dates({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const date = dates({ day: 'numeric', month: 'short', year: 'numeric' });
  const utcDate = dates({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  const shortMoment = dates({
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const number = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return {
    timeZone: clock.resolvedOptions().timeZone,
    number: (value) => number.format(value),
    compact: (value) => compact.format(value),
    clock: (time) => ({ seconds: clock.format(Date.parse(time)), fraction: `.${time.slice(20, 23)}` }),
    moment: (time) => moment.format(Date.parse(time)),
    day: (time) => day.format(Date.parse(time)),
    dayKey: (time) => date.format(Date.parse(time)),
    date: (time) => date.format(Date.parse(time)),
    utcDate: (time) => `${utcDate.format(Date.parse(time))} UTC`,
    shortMoment: (time) => shortMoment.format(Date.parse(time)),
    relative: (time, nowMs) => relativeTime(relative, Date.parse(time) - nowMs),
    bytes: (value) => byteCount(number, value),
    percent: (share) => percent.format(share),
  };
}

function relativeTime(format: Intl.RelativeTimeFormat, distanceMs: number): string {
  const [unit, unitMs] = UNITS.find(([, ms]) => Math.abs(distanceMs) >= ms) ?? (['second', 1_000] as const);
  return format.format(Math.trunc(distanceMs / unitMs), unit);
}

function byteCount(format: Intl.NumberFormat, value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  return `${format.format(Number((value / 1000 ** step).toFixed(step === 0 ? 0 : 1)))} ${units[step]}`;
}
