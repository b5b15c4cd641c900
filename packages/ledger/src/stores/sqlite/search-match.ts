import type { TextMatch, TextTerm } from '../../ports/event-query-store.ts';

/**
 * The FTS5 expression of a text condition. Words are always quoted, so nothing a user types is an operator.
 *
 * @param personal whether words of sealed members may be found, and leave events out
 * @see https://www.sqlite.org/fts5.html 3
 */
export function matchExpression(match: TextMatch, personal: boolean): string {
  const all = match.all.map(phrase).join(' AND ');
  const expression = match.none.reduce((wanted, term) => `(${wanted}) NOT ${phrase(term)}`, all);
  return personal ? expression : `{text} : (${expression})`;
}

function phrase(term: TextTerm): string {
  const quoted = `"${term.words.join(' ').replaceAll('"', '""')}"`;
  return term.prefix ? `${quoted} *` : quoted;
}
