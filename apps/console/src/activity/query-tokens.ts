/** A piece of a search as it is written, for its colours. */
export interface QueryToken {
  readonly kind: 'space' | 'word' | 'phrase' | 'field' | 'value' | 'sign';
  readonly text: string;
  readonly isNegated: boolean;
  /** Where it begins. */
  readonly at: number;
}

const TOKEN =
  /(\s+)|(-?)([a-z_]+(?:\.[\w.-]+)?)(:|>=|<=|>|<|=)("(?:[^"\\]|\\.)*"?|\S*)|(-?)("(?:[^"\\]|\\.)*"?|\S+)/gy;

/** Cuts a search into coloured pieces. Only for the eye: what a search means the server decides. */
export function queryTokens(q: string): readonly QueryToken[] {
  const tokens: QueryToken[] = [];
  let at = 0;
  const add = (kind: QueryToken['kind'], text: string | undefined, isNegated: boolean): void => {
    if (text === undefined || text === '') return;
    tokens.push({ kind, text, isNegated, at });
    at += text.length;
  };
  for (const [, space, fieldSign, field, operator, value, wordSign, word] of q.matchAll(TOKEN)) {
    const isNegated = fieldSign === '-' || wordSign === '-';
    add('space', space, false);
    if (field !== undefined) add('field', `${fieldSign}${field}${operator}`, isNegated);
    add('value', value, isNegated);
    add('sign', wordSign, isNegated);
    add(word?.startsWith('"') ? 'phrase' : 'word', word, isNegated);
  }
  return tokens;
}

/** The term that the caret stands in or behind. */
export interface TermAtCaret {
  readonly from: number;
  readonly to: number;
  readonly field: string | undefined;
  /** What is written of the value, or of the name of a field. */
  readonly prefix: string;
}

export function termAt(q: string, caret: number): TermAtCaret {
  const from = q.slice(0, caret).search(/\S+$/);
  const start = from === -1 ? caret : from;
  const written = q.slice(start, caret);
  const rest = /^\S*/.exec(q.slice(caret))?.[0] ?? '';
  const match = /^-?([a-z_]+):"?(.*)$/.exec(written);
  return {
    from: start,
    to: caret + rest.length,
    field: match?.[1],
    prefix: match === null ? written.replace(/^-/, '') : (match[2] ?? ''),
  };
}
