import type { TextMatch, TextTerm } from '../../ports/event-query-store.ts';

/**
 * The FTS5 expression of a text condition. Words are always quoted, so nothing a user types is an operator.
 *
 * @see https://www.sqlite.org/fts5.html 3
 */
export function matchExpression(match: TextMatch): string {
  const all = match.all.map(phrase).join(' AND ');
  return match.none.reduce((expression, term) => `(${expression}) NOT ${phrase(term)}`, all);
}

function phrase(term: TextTerm): string {
  const quoted = `"${term.words.join(' ').replaceAll('"', '""')}"`;
  return term.prefix ? `${quoted} *` : quoted;
}
