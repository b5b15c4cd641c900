import type { BlindColumn, WordColumn } from '../../ports/event-query-store.ts';
import { BLIND_COLUMNS, WORD_COLUMNS } from './schema.ts';

/**
 * Terms of the filter index: one letter for the column, the value in base 36, then the number of the log. The log is
 * part of every term, so that no condition can reach another log's rows and none pays for them.
 */
const WORD_LETTERS = 'abcdefghi';
const BLIND_LETTERS = 'jklmnopqrst';

const WORD_LETTER_OF = new Map<WordColumn, string>(
  WORD_COLUMNS.map(([name], i) => [name, WORD_LETTERS.charAt(i)]),
);
const BLIND_LETTER_OF = new Map<BlindColumn, string>(
  BLIND_COLUMNS.map(([name], i) => [name, BLIND_LETTERS.charAt(i)]),
);

/** 50 of the 64 bits: short, and among a million values two still meet with a probability of 1 in 10^9 only. */
function blindText(value: bigint): string {
  return BigInt.asUintN(50, value).toString(36);
}

/** Makes the terms of one log. */
export class FilterTerms {
  readonly #suffix: string;

  constructor(logNo: number) {
    this.#suffix = `.${logNo.toString(36)}`;
  }

  /** The `i`-th word column. */
  wordAt(i: number, wordNo: number): string {
    return WORD_LETTERS.charAt(i) + wordNo.toString(36) + this.#suffix;
  }

  /** The `i`-th blind column. */
  blindAt(i: number, value: bigint): string {
    return BLIND_LETTERS.charAt(i) + blindText(value) + this.#suffix;
  }

  word(column: WordColumn, wordNo: number): string {
    return `${WORD_LETTER_OF.get(column)}${wordNo.toString(36)}${this.#suffix}`;
  }

  blind(column: BlindColumn, value: bigint): string {
    return `${BLIND_LETTER_OF.get(column)}${blindText(value)}${this.#suffix}`;
  }

  /** An HTTP status code. */
  http(status: number): string {
    return `u${status}${this.#suffix}`;
  }

  /** The hundred that an HTTP status code belongs to: 5 for 503. */
  httpClass(hundred: number): string {
    return `v${hundred}${this.#suffix}`;
  }

  /** A checked regulation. */
  regulation(wordNo: number): string {
    return `w${wordNo.toString(36)}${this.#suffix}`;
  }
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
