import type { TextMatch } from '../../ports/event-query-store.ts';
import { asPhrase, asTsquery, type LexemeTerm, lexemeTerm, type WordSpace } from './search-words.ts';
import { allOf, anyOf, raw, type SqlText, sql } from './sql-text.ts';

/**
 * What is asked of the inverted index for a transaction that reads documents without a text condition. The policy of
 * `search_documents` shows only documents that the asked expression finds; this one finds every document.
 */
export const EVERY_DOCUMENT = "!'-'";

/** The text conditions of a query. */
export interface TextFilter {
  /** For the setting `attestry.search`, by which the index is used: finds every match, and perhaps more. */
  readonly asked: string;
  /** What the index cannot tell, on a document `d`: the order of words, and long words. */
  readonly checks: readonly SqlText[];
}

/** Spaces of words that a reader may find. */
function spaces(personal: boolean): readonly WordSpace[] {
  return personal ? ['open', 'sealed'] : ['open'];
}

/**
 * Compiles text conditions that must all hold.
 *
 * @param personal whether words of sealed members may be found, and leave events out
 * @returns `undefined` when no document can match
 */
export function textFilter(
  matches: readonly TextMatch[],
  tenantNo: number,
  personal: boolean,
): TextFilter | undefined {
  const asked: string[] = [];
  const checks: SqlText[] = [];
  const ask = (term: LexemeTerm): string =>
    `(${spaces(personal)
      .map((space) => asTsquery(term, space, tenantNo))
      .join(' | ')})`;
  for (const term of matches.flatMap(({ all }) => all).map(lexemeTerm)) {
    if (term.lexemes.length === 0) return undefined;
    asked.push(ask(term));
    if (term.lexemes.length > 1) checks.push(termCheck(term, personal));
  }
  for (const term of matches.flatMap(({ none }) => none).map(lexemeTerm)) {
    if (term.lexemes.length === 1) asked.push(`!${ask(term)}`);
    else if (term.lexemes.length > 1) checks.push(sql`NOT (${termCheck(term, personal)})`);
  }
  return { asked: asked.join(' & '), checks };
}

/** A whole text condition as a check of document `d`, without the index. */
export function matchCheck({ all, none }: TextMatch, personal: boolean): SqlText {
  const check = (term: TextMatch['all'][number]): SqlText => termCheck(lexemeTerm(term), personal);
  return allOf([...all.map(check), ...none.map((term) => sql`NOT (${check(term)})`)]);
}

function termCheck(term: LexemeTerm, personal: boolean): SqlText {
  if (term.lexemes.length === 0) return raw('false');
  return anyOf(
    spaces(personal).map((space) => sql`strpos(' ' || d.words || ' ', ${asPhrase(term, space)}::text) > 0`),
  );
}
