import { TEXT_QUERY_CHARS_MAX, TEXT_QUERY_WORDS_MAX } from '../limits.ts';
import type { TextMatch, TextTerm } from '../ports/event-query-store.ts';
import { FilterError } from './filter-error.ts';

/** Runs of letters, digits, marks and private-use characters: what the full-text index takes for a word. */
const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/**
 * Reads the full-text parameter `q`. Terms stand between white space and must all be found:
 *
 * - `contract`: the word; `req-17`: its words one after the other
 * - `"signed contract"`: the words one after the other
 * - `contr*`: words that begin so; also `"signed contr"*`
 * - `-draft`, `-"first draft"`: must not be found
 *
 * There are no operators: `AND`, `OR` and `NOT` are words like others.
 *
 * @throws {FilterError} when nothing is left to look for, a quote is not closed, or `*` stands inside a word
 */
export function parseTextQuery(q: string): TextMatch {
  if (q.length > TEXT_QUERY_CHARS_MAX) {
    throw new FilterError('out_of_range', 'q', `is longer than ${TEXT_QUERY_CHARS_MAX} characters`);
  }
  if (q.includes('\0') || !q.isWellFormed()) {
    throw new FilterError('bad_value', 'q', 'contains U+0000 or half of a surrogate pair');
  }
  const all: TextTerm[] = [];
  const none: TextTerm[] = [];
  let wordCount = 0;
  for (const part of splitTerms(q)) {
    const term = toTerm(part);
    wordCount += term.words.length;
    (part.isExcluded ? none : all).push(term);
  }
  if (wordCount > TEXT_QUERY_WORDS_MAX) {
    throw new FilterError('too_many', 'q', `has more than ${TEXT_QUERY_WORDS_MAX} words`);
  }
  if (all.length === 0) {
    throw new FilterError('bad_value', 'q', 'needs at least one word that is to be found');
  }
  return { all, none };
}

interface QueryPart {
  readonly text: string;
  readonly isExcluded: boolean;
  readonly isPrefix: boolean;
}

function* splitTerms(q: string): Generator<QueryPart> {
  let at = 0;
  while (at < q.length) {
    if (/\s/.test(q.charAt(at))) {
      at += 1;
      continue;
    }
    const isExcluded = q[at] === '-';
    const start = isExcluded ? at + 1 : at;
    const end = q[start] === '"' ? endOfPhrase(q, start) : endOfWord(q, start);
    const text = q.slice(start, end);
    const isPrefix = text.endsWith('*');
    yield { text: isPrefix ? text.slice(0, -1) : text, isExcluded, isPrefix };
    at = end;
  }
}

/** Behind the closing quote, and the star that may follow it. */
function endOfPhrase(q: string, start: number): number {
  const quote = q.indexOf('"', start + 1);
  if (quote < 0) {
    throw new FilterError('bad_value', 'q', 'has a quote that is not closed');
  }
  return q[quote + 1] === '*' ? quote + 2 : quote + 1;
}

function endOfWord(q: string, start: number): number {
  const length = q.slice(start).search(/[\s"]/);
  return length < 0 ? q.length : start + length;
}

function toTerm({ text, isPrefix }: QueryPart): TextTerm {
  if (text.includes('*')) {
    throw new FilterError('bad_value', 'q', 'has a * that is not at the end of a word or phrase');
  }
  const words = text.match(WORD) ?? [];
  if (words.length === 0) {
    throw new FilterError('bad_value', 'q', 'has a term without a letter or digit');
  }
  return { words, prefix: isPrefix };
}
