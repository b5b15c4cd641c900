import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTime, isNormalizedTime, parseRfc3339 } from './rfc3339.ts';

describe('parseRfc3339', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1970-01-01T00:00:00.001Z', 1],
    ['1970-01-01T01:00:00+01:00', 0],
    ['1969-12-31T19:00:00-05:00', 0],
    ['2026-01-31t09:30:00.5z', Date.UTC(2026, 0, 31, 9, 30, 0, 500)],
    ['2026-01-31T09:30:00.123999999Z', Date.UTC(2026, 0, 31, 9, 30, 0, 123)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['2026-01-01T00:00:00-00:00', Date.UTC(2026, 0, 1)],
    ['0000-01-01T00:00:00Z', -62_167_219_200_000],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
  ])('reads %s', (text, timeMs) => {
    expect(parseRfc3339(text)).toBe(timeMs);
  });

  it.each([
    ['naive', '2026-01-31T09:30:00'],
    ['naive with fraction', '2026-01-31T09:30:00.000'],
    ['a date alone', '2026-01-31'],
    ['a space for T', '2026-01-31 09:30:00Z'],
    ['no seconds', '2026-01-31T09:30Z'],
    ['basic form', '20260131T093000Z'],
    ['month 0', '2026-00-31T09:30:00Z'],
    ['month 13', '2026-13-01T09:30:00Z'],
    ['day 0', '2026-01-00T09:30:00Z'],
    ['30 February', '2026-02-30T09:30:00Z'],
    ['29 February of no leap year', '2025-02-29T09:30:00Z'],
    ['29 February 1900', '1900-02-29T09:30:00Z'],
    ['31 April', '2026-04-31T09:30:00Z'],
    ['hour 24', '2026-01-31T24:00:00Z'],
    ['minute 60', '2026-01-31T09:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['a dot without digits', '2026-01-31T09:30:00.Z'],
    ['a comma', '2026-01-31T09:30:00,5Z'],
    ['offset without colon', '2026-01-31T09:30:00+0100'],
    ['offset of 24 hours', '2026-01-31T09:30:00+24:00'],
    ['offset of 60 minutes', '2026-01-31T09:30:00+01:60'],
    ['two offsets', '2026-01-31T09:30:00ZZ'],
    ['text behind', '2026-01-31T09:30:00Z '],
    ['other digits', '２026-01-31T09:30:00Z'],
    ['a signed year', '+02026-01-31T09:30:00Z'],
    ['before the year 0', '0000-01-01T00:00:00+00:01'],
    ['after 9999', '9999-12-31T23:59:59-00:01'],
    ['an endless fraction', `2026-01-31T09:30:00.${'0'.repeat(100)}Z`],
    ['nothing', ''],
  ])('refuses %s', (_name, text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });

  it('agrees with Date on every time it writes, at every offset', () => {
    const offset = fc.integer({ min: -23 * 60, max: 23 * 60 });
    const time = fc.integer({ min: Date.UTC(0, 0, 3), max: Date.UTC(9999, 11, 29) });
    fc.assert(
      fc.property(time, offset, (timeMs, offsetMinutes) => {
        const sign = offsetMinutes < 0 ? '-' : '+';
        const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
        const local = new Date(timeMs + offsetMinutes * 60_000).toISOString().slice(0, -1);
        const text = `${local}${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        expect(parseRfc3339(text)).toBe(timeMs);
        expect(parseRfc3339(formatTime(timeMs))).toBe(timeMs);
        expect(isNormalizedTime(formatTime(timeMs))).toBe(true);
      }),
    );
  });

  it('never throws and accepts nothing that Date cannot read', () => {
    const nearly = fc
      .array(fc.constantFrom(...'0123456789-:TZ+. t'), { minLength: 18, maxLength: 26 })
      .map((chars) => chars.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (text) => {
        const timeMs = parseRfc3339(text);
        expect(timeMs === undefined || timeMs === Date.parse(text)).toBe(true);
      }),
    );
  });
});
