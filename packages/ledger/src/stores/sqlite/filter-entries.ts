import { regulationsIn } from './filter-terms.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from './schema.ts';

/**
 * Terms of the filter index as two numbers instead of a text, for whoever compares all of them: the character code of
 * the column's letter, and what stands behind it read in base 36.
 */
export interface FilterTerm {
  readonly letter: number;
  readonly value: number;
  readonly logNo: number;
}

const CODE_A = 'a'.charCodeAt(0);
const CODE_Z = 'z'.charCodeAt(0);
const CODE_0 = '0'.charCodeAt(0);
const CODE_9 = '9'.charCodeAt(0);
const POINT = '.'.charCodeAt(0);
const BASE = 36;
/** Ten digits of base 36 are below 2^52; the largest value has 50 bits. */
const DIGITS_MAX = 10;

const FIRST_BLIND = CODE_A + WORD_COLUMNS.length;
const HTTP = 'u'.charCodeAt(0);
const HTTP_CLASS = 'v'.charCodeAt(0);
const REGULATION = 'w'.charCodeAt(0);
const BLIND_MASK = (1n << 50n) - 1n;

/** Columns of `records` in the order of their letters. */
export const TERM_COLUMNS = [...WORD_COLUMNS, ...BLIND_COLUMNS].map(([, column]) => column);

/** What makes the terms of a row: numbers of the row, and its text for the regulations. */
export interface FilteredRow {
  /** A row as it was read; from `first` on numbers of words, then blind indexes, in the order of `TERM_COLUMNS`. */
  readonly values: readonly unknown[];
  readonly first: number;
  readonly httpStatus: number | null;
  /** Numbers of the words of the checked regulations. */
  readonly regulations: readonly number[];
}

/** The terms that the index must have for a row, each once. */
export function termsOfRow(row: FilteredRow, onTerm: (letter: number, value: number) => void): void {
  const { values, first, httpStatus, regulations } = row;
  for (let i = 0; i < TERM_COLUMNS.length; i += 1) {
    const value = values[first + i] as bigint | null;
    if (value === null) continue;
    onTerm(CODE_A + i, Number(i < WORD_COLUMNS.length ? value : value & BLIND_MASK));
  }
  if (httpStatus !== null) {
    onTerm(HTTP, Number.parseInt(String(httpStatus), BASE));
    onTerm(HTTP_CLASS, Number.parseInt(String(Math.floor(httpStatus / 100)), BASE));
  }
  if (regulations.length > 0) for (const wordNo of new Set(regulations)) onTerm(REGULATION, wordNo);
}

/** Numbers of the words of the regulations that a record's text names. */
export function regulationNumbers(text: string, find: (word: string) => number | undefined): number[] {
  // A word that the dictionary lacks is in no term; -1 is in none either, and so shows as a difference.
  return regulationsIn(text).map((name) => find(name) ?? -1);
}

/** The query column that a letter stands for, as findings name it. */
export function fieldOfLetter(letter: number): string {
  if (letter === HTTP || letter === HTTP_CLASS) return 'httpStatus';
  if (letter === REGULATION) return 'regulations';
  const columns = letter < FIRST_BLIND ? WORD_COLUMNS : BLIND_COLUMNS;
  return columns[letter - (letter < FIRST_BLIND ? CODE_A : FIRST_BLIND)]?.[0] ?? 'filters';
}

/** Reads a term; `undefined` for a text that no column makes. */
export function parseFilterTerm(bytes: Uint8Array): FilterTerm | undefined {
  const letter = bytes[0] as number;
  const point = bytes.indexOf(POINT);
  const isLetter = letter >= CODE_A && letter <= REGULATION;
  const value = isLetter ? parseBase36(bytes, 1, point) : undefined;
  const logNo = value === undefined ? undefined : parseBase36(bytes, point + 1, bytes.length);
  return value === undefined || logNo === undefined ? undefined : { letter, value, logNo };
}

/** A number without leading zeros in bytes `from <= i < to`. */
function parseBase36(bytes: Uint8Array, from: number, to: number): number | undefined {
  const digits = to - from;
  if (digits < 1 || digits > DIGITS_MAX || (digits > 1 && bytes[from] === CODE_0)) return undefined;
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const code = bytes[at] as number;
    if (code >= CODE_0 && code <= CODE_9) value = value * BASE + code - CODE_0;
    else if (code >= CODE_A && code <= CODE_Z) value = value * BASE + code - CODE_A + 10;
    else return undefined;
  }
  return value;
}
