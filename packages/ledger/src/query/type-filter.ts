import { EVENT_TYPE_PATTERN } from '@attestry/core';
import type { PositiveCondition } from '../ports/event-query-store.ts';
import { FilterError } from './filter-error.ts';

const EXACT = new RegExp(EVENT_TYPE_PATTERN);
const PREFIX = /^[a-z0-9_.]*$/;

/**
 * The filter `type`: whole types, and with `*` at the end all that begin so. `document.*` does not find
 * `documentation.updated`; who means that too writes `document*`.
 *
 * @throws {FilterError} for what no type can be
 */
export function compileTypeFilter(values: readonly string[]): PositiveCondition {
  const exact: string[] = [];
  const prefixes: string[] = [];
  for (const value of values) {
    const isPrefix = value.endsWith('*');
    const text = isPrefix ? value.slice(0, -1) : value;
    if (!(isPrefix ? PREFIX : EXACT).test(text)) {
      throw new FilterError(
        'bad_value',
        'type',
        'is not an event type, nor the beginning of one with * at its end',
      );
    }
    (isPrefix ? prefixes : exact).push(text);
  }
  return prefixes.length === 0
    ? { kind: 'word', column: 'type', anyOf: exact }
    : { kind: 'typePrefix', exact, prefixes };
}
