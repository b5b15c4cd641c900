import type { BlindColumn, WordColumn } from '../../ports/event-query-store.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from './schema.ts';

/**
 * Terms of the filter index: one letter for the column, then the value in base 36. Blind indexes are keyed per
 * tenant and words per dictionary, so a term says nothing by itself. The words of one event are about 60 characters.
 */
const WORD_LETTERS = 'abcdefghi';
const BLIND_LETTERS = 'jklmnopqrst';
const HTTP_LETTER = 'u';
const REGULATION_LETTER = 'v';

const WORD_LETTER_OF = new Map<WordColumn, string>(
  WORD_COLUMNS.map(([name], i) => [name, WORD_LETTERS.charAt(i)]),
);
const BLIND_LETTER_OF = new Map<BlindColumn, string>(
  BLIND_COLUMNS.map(([name], i) => [name, BLIND_LETTERS.charAt(i)]),
);

/** Term of the `i`-th word column with the word number `wordNo`. */
export function wordTermAt(i: number, wordNo: number): string {
  return WORD_LETTERS.charAt(i) + wordNo.toString(36);
}

/** Term of the `i`-th blind column. */
export function blindTermAt(i: number, value: bigint): string {
  return BLIND_LETTERS.charAt(i) + BigInt.asUintN(64, value).toString(36);
}

/** Term of a word column by name. */
export function wordTerm(column: WordColumn, wordNo: number): string {
  return `${WORD_LETTER_OF.get(column)}${wordNo.toString(36)}`;
}

/** Term of a blind column by name. */
export function blindTerm(column: BlindColumn, value: bigint): string {
  return `${BLIND_LETTER_OF.get(column)}${BigInt.asUintN(64, value).toString(36)}`;
}

/** Term of an HTTP status code. */
export function httpTerm(status: number): string {
  return `${HTTP_LETTER}${status}`;
}

/** Term of a checked regulation. */
export function regulationTerm(wordNo: number): string {
  return `${REGULATION_LETTER}${wordNo.toString(36)}`;
}

/** Regulations that the record names, from its text: they are never sealed. Most records have none. */
export function regulationsIn(text: string): readonly string[] {
  if (!text.includes('"regulations_checked":[')) return [];
  const record = JSON.parse(text) as {
    readonly data?: { readonly compliance?: { readonly regulations_checked?: unknown } };
  };
  const named = record.data?.compliance?.regulations_checked;
  return Array.isArray(named) ? named.filter((name): name is string => typeof name === 'string') : [];
}
