const MS_PER_DAY = 86_400_000;
/** 0000-01-01 and the end of 9999, in ms since 1970: what four digits of a year can say. */
const FIRST_MS = -62_167_219_200_000;
const LAST_MS = 253_402_300_799_999;
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** What a refusal tells the caller. */
export const RFC3339_EXPECTED =
  'an RFC 3339 time with offset, e.g. 2026-01-31T09:30:00.000Z or 2026-01-31T10:30:00+01:00';

/**
 * Milliseconds since 1970 (UTC) of an RFC 3339 time, or `undefined` when it is not one. Finer fractions are cut off.
 *
 * Stricter than `Date.parse`: a time without offset (naive), a day that does not exist, hour 24 and leap seconds
 * (which a millisecond count cannot hold) are refused.
 *
 * @see RFC 3339, 5.6
 */
export function parseRfc3339(text: string): number | undefined {
  if (text.length < 20 || text.length > 40 || !hasPunctuation(text)) {
    return undefined;
  }
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (!isDay(year, month, day) || !isTimeOfDay(hour, minute, second)) {
    return undefined;
  }
  const fractionEnd = endOfFraction(text);
  const offsetMinutes = fractionEnd === undefined ? undefined : parseOffset(text, fractionEnd);
  if (fractionEnd === undefined || offsetMinutes === undefined) {
    return undefined;
  }
  const seconds = (hour * 60 + minute) * 60 + second - offsetMinutes * 60;
  const timeMs =
    daysSince1970(year, month, day) * MS_PER_DAY + seconds * 1000 + fractionMs(text, fractionEnd);
  return timeMs < FIRST_MS || timeMs > LAST_MS ? undefined : timeMs;
}

/** The one way times are written in records: UTC, milliseconds, `Z`. */
export function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** True when `text`, which is a time, is already written as `formatTime` would write it. */
export function isNormalizedTime(text: string): boolean {
  return text.length === 24 && text[10] === 'T' && text[23] === 'Z';
}

/** `9999-99-99T99:99:99`; ISO 8601 forms without dashes or colons are not RFC 3339. */
function hasPunctuation(text: string): boolean {
  return (
    text[4] === '-' &&
    text[7] === '-' &&
    (text[10] === 'T' || text[10] === 't') &&
    text[13] === ':' &&
    text[16] === ':'
  );
}

/** The number at a place, or NaN, which no comparison below accepts. */
function digits(text: string, from: number, length: number): number {
  let value = 0;
  for (let index = from; index < from + length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (!(digit >= 0 && digit <= 9)) {
      return Number.NaN;
    }
    value = value * 10 + digit;
  }
  return value;
}

function isDay(year: number, month: number, day: number): boolean {
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1)) {
    return false;
  }
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= (month === 2 && !isLeapYear ? 28 : (DAYS_OF_MONTH[month - 1] as number));
}

function isTimeOfDay(hour: number, minute: number, second: number): boolean {
  return hour <= 23 && minute <= 59 && second <= 59;
}

/** Where the seconds and their fraction end; `undefined` for a dot without digits. */
function endOfFraction(text: string): number | undefined {
  if (text[19] !== '.') {
    return 19;
  }
  let end = 20;
  while (!Number.isNaN(digits(text, end, 1))) {
    end += 1;
  }
  return end === 20 ? undefined : end;
}

function fractionMs(text: string, end: number): number {
  let value = 0;
  for (let index = 20; index < 23; index += 1) {
    value = value * 10 + (index < end ? digits(text, index, 1) : 0);
  }
  return value;
}

/** Minutes east of UTC; `undefined` when there is no offset or it is none. */
function parseOffset(text: string, at: number): number | undefined {
  const sign = text[at];
  if (sign === 'Z' || sign === 'z') {
    return text.length === at + 1 ? 0 : undefined;
  }
  if ((sign !== '+' && sign !== '-') || text.length !== at + 6 || text[at + 3] !== ':') {
    return undefined;
  }
  const hour = digits(text, at + 1, 2);
  const minute = digits(text, at + 4, 2);
  if (!isTimeOfDay(hour, minute, 0)) {
    return undefined;
  }
  return (sign === '-' ? -1 : 1) * (hour * 60 + minute);
}

/**
 * Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
 *
 * @see Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil
 */
function daysSince1970(year: number, month: number, day: number): number {
  const yearFromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(yearFromMarch / 400);
  const yearOfEra = yearFromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
