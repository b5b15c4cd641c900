import type { SearchableTexts } from '../../followers/search-text.ts';
import type { TextTerm } from '../../ports/event-query-store.ts';
import { splitWords } from '../../search/words/split-words.ts';

/** Stands before a word of a sealed member; no word begins so by itself. */
const SEALED = '~';

/** Stands before what follows in a word that is longer than a lexeme may be. */
const CONTINUED = '+';

/** Code points of a word in one lexeme: at most 1,600 bytes, where PostgreSQL allows 2,046. */
const LEXEME_CHARS = 400;

const UTF8 = new TextDecoder();

/**
 * The words of a document as they are stored: one after the other with a space between, those of sealed members
 * behind and marked. So a phrase is a part of this text, and none goes from one into the other.
 */
export function documentWords({ open, sealed }: Pick<SearchableTexts, 'open' | 'sealed'>): string {
  const marked = lexemesOf(textOf(sealed)).map((lexeme) => SEALED + lexeme);
  return [...lexemesOf(textOf(open)), ...marked].join(' ');
}

function textOf(text: string | Uint8Array): string {
  return typeof text === 'string' ? text : UTF8.decode(text);
}

/** Words, the long ones in parts: each but the last has `LEXEME_CHARS`, so that no other word has the same parts. */
function lexemesOf(text: string): string[] {
  return splitWords(text).flatMap((word) => {
    if (word.length < LEXEME_CHARS) return word;
    const chars = [...word];
    const parts: string[] = [];
    for (let at = 0; at <= chars.length; at += LEXEME_CHARS) {
      parts.push((at === 0 ? '' : CONTINUED) + chars.slice(at, at + LEXEME_CHARS).join(''));
    }
    return parts;
  });
}

/** One term of a full-text expression as lexemes that follow each other. */
export interface LexemeTerm {
  readonly lexemes: readonly string[];
  /** Whether the last one is only the beginning of a lexeme. */
  readonly prefix: boolean;
}

/** The same words as the documents have; none when the term has no letter that a document can have. */
export function lexemeTerm({ words, prefix }: TextTerm): LexemeTerm {
  return { lexemes: lexemesOf(words.join(' ')), prefix };
}

/** Where a term may be found: among the words that everybody finds, or those of sealed members. */
export type WordSpace = 'open' | 'sealed';

/** A term as part of `' ' || words || ' '`. */
export function asPhrase({ lexemes, prefix }: LexemeTerm, space: WordSpace): string {
  const mark = space === 'sealed' ? SEALED : '';
  return ` ${lexemes.map((lexeme) => mark + lexeme).join(' ')}${prefix ? '' : ' '}`;
}

/**
 * A term for the inverted index: documents that have all its lexemes. The number of the tenant is part of every lexeme
 * of the index, so that none finds another tenant's documents, or pays for them.
 */
export function asTsquery({ lexemes, prefix }: LexemeTerm, space: WordSpace, tenantNo: number): string {
  const mark = `${tenantNo}.${space === 'sealed' ? SEALED : ''}`;
  const quoted = lexemes.map((lexeme) => `'${mark}${lexeme}'`);
  return `(${quoted.join(' & ')}${prefix ? ':*' : ''})`;
}
