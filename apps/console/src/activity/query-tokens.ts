import { parseQuery, type QueryProblem, type QueryTerm } from '@attestry/core/query-language';

/** A piece of a search as it is written, for its colours. */
export interface QueryToken {
  readonly kind: 'rest' | 'field' | 'phrase';
  readonly text: string;
  readonly isNegated: boolean;
  /** Here is a mistake. */
  readonly isWrong: boolean;
  /** Where it begins. */
  readonly at: number;
}

/** What is coloured in a search: the name and operator of a field, a phrase, the minus of a word. */
interface Mark {
  readonly from: number;
  readonly to: number;
  readonly kind: 'field' | 'phrase';
  readonly isNegated: boolean;
}

function markOf(term: QueryTerm): readonly Mark[] {
  const { from, to, negated: isNegated } = term;
  if (term.kind === 'field') return [{ from, to: term.valueFrom, kind: 'field', isNegated }];
  const isPhrase = term.text.startsWith('"');
  return isPhrase || isNegated ? [{ from, to: isPhrase ? to : from + 1, kind: 'phrase', isNegated }] : [];
}

/** Cuts a search into coloured pieces, at the places that the parser of the language gives. */
export function queryTokens(q: string, problems: readonly QueryProblem[]): readonly QueryToken[] {
  const marks = parseQuery(q).terms.flatMap(markOf);
  const cuts = new Set([0, q.length]);
  for (const { from, to } of [...marks, ...problems]) cuts.add(from).add(to);
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(0, -1).map((at, index) => {
    const end = places[index + 1] ?? q.length;
    const mark = marks.find(({ from, to }) => from <= at && at < to);
    return {
      kind: mark?.kind ?? 'rest',
      text: q.slice(at, end),
      isNegated: mark?.isNegated ?? false,
      isWrong: problems.some(({ from, to }) => from <= at && at < to),
      at,
    };
  });
}

/**
 * The mistakes of a search that are worth saying: while somebody writes, not the one in the term they are writing.
 *
 * @param caret `undefined` when nobody writes
 */
export function toldProblems(q: string, caret: number | undefined): readonly QueryProblem[] {
  const { problems } = parseQuery(q);
  if (caret === undefined) return problems;
  const { from, to } = termAt(q, caret);
  return problems.filter((problem) => problem.to < from || problem.from > to || q.slice(to).trim() !== '');
}

/** The term that the caret stands in or behind. */
export interface TermAtCaret {
  readonly from: number;
  readonly to: number;
  /** `undefined` while the name of a field may still be written. */
  readonly field: string | undefined;
  /** What is written of the value, or of the name of a field. */
  readonly prefix: string;
}

export function termAt(q: string, caret: number): TermAtCaret {
  const from = q.slice(0, caret).search(/\S+$/);
  const start = from === -1 ? caret : from;
  const written = q.slice(start, caret);
  const rest = /^\S*/.exec(q.slice(caret))?.[0] ?? '';
  const match = /^-?([a-z_]+(?:\.[^\s:=<>"]+)*)(?::|=|>=|<=|>|<)"?(.*)$/i.exec(written);
  return {
    from: start,
    to: caret + rest.length,
    field: match?.[1]?.toLowerCase(),
    prefix: match === null ? written.replace(/^-/, '') : (match[2] ?? ''),
  };
}
