import { parseRfc3339 } from '@attestry/core';
import { invalidParameter } from '../errors/api-error.ts';
import { RELATIVE_TIME_MS_MAX } from '../limits.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const RELATIVE_PATTERN = /^-(\d{1,9})([smhdw])$/;
const DATE_PATTERN = /^\d{4}-\d{2}-\d{2}$/;
const NAIVE_PATTERN = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;

/**
 * Reads `from` or `to`: RFC 3339 with an offset, or `-24h`. Naive times are refused (trap 36): they would be read in
 * some time zone, and a wrong guess looks like an empty log.
 *
 * @returns milliseconds since the epoch; fractions below are cut
 * @throws {ApiError} `invalid_parameter` naming the parameter
 */
export function parseTimeParameter(parameter: string, text: string, nowMs: number): number {
  const relative = RELATIVE_PATTERN.exec(text);
  if (relative !== null) {
    const ms = Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? Number.NaN);
    if (ms > RELATIVE_TIME_MS_MAX)
      throw invalidParameter(parameter, `The parameter ${parameter} reaches back too far.`);
    return nowMs - ms;
  }
  const absolute = parseRfc3339(text);
  if (absolute !== undefined) return absolute;
  throw invalidParameter(parameter, `The parameter ${parameter} ${hintFor(text)}.`);
}

function hintFor(text: string): string {
  if (DATE_PATTERN.test(text))
    return `is a date without a time; write its beginning in your time zone, e.g. ${text}T00:00:00Z`;
  if (NAIVE_PATTERN.test(text)) return 'has no time zone; add Z or an offset such as +02:00';
  // "+" in a query string is a space: the commonest way to lose the offset.
  if (/ \d{2}:\d{2}$/.test(text)) return 'has lost its "+": write %2B in a URL';
  return 'is neither RFC 3339 (2026-01-31T12:00:00Z) nor relative (-24h)';
}
