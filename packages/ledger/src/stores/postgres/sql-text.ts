/** A value that `pg` binds. */
export type SqlValue = string | number | bigint | boolean | null | Uint8Array | Date | readonly SqlScalar[];
type SqlScalar = string | number | bigint;

/**
 * A piece of SQL with the values of its parameters. Its text is made of this package's own words and quoted names;
 * what a caller gave is always a value.
 */
export class SqlText {
  /** What stands around the values: one more than there are values. */
  readonly #pieces: readonly string[];
  readonly #values: readonly SqlValue[];

  constructor(pieces: readonly string[], values: readonly SqlValue[]) {
    this.#pieces = pieces;
    this.#values = values;
  }

  /** The text with numbered parameters, and their values. */
  toQuery(): { text: string; values: SqlValue[] } {
    const text = this.#pieces.reduce((before, piece, i) => `${before}$${i}${piece}`);
    return { text, values: [...this.#values] };
  }

  /** Adds this piece to lists that are being put together; the first of its text goes on with the last one there. */
  addTo(pieces: string[], values: SqlValue[]): void {
    const [first = '', ...others] = this.#pieces;
    pieces.push(`${pieces.pop() ?? ''}${first}`, ...others);
    values.push(...this.#values);
  }
}

/** A piece of SQL; what is put into it is a parameter, or another piece. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlText | SqlValue)[]): SqlText {
  const pieces: string[] = [];
  const values: SqlValue[] = [];
  for (const [i, text] of strings.entries()) {
    pieces.push(`${pieces.pop() ?? ''}${text}`);
    if (i === parts.length) break;
    const part = parts[i] as SqlText | SqlValue;
    if (part instanceof SqlText) {
      part.addTo(pieces, values);
    } else {
      values.push(part);
      pieces.push('');
    }
  }
  return new SqlText(pieces, values);
}

/** Text of ours as it is: a name, an operator, an expression without values. Never what a caller gave. */
export function raw(text: string): SqlText {
  return new SqlText([text], []);
}

/** Pieces one after the other with something in between. */
function joined(parts: readonly SqlText[], between: string): SqlText {
  const pieces: string[] = [''];
  const values: SqlValue[] = [];
  for (const [i, part] of parts.entries()) {
    if (i > 0) pieces.push(`${pieces.pop()}${between}`);
    part.addTo(pieces, values);
  }
  return new SqlText(pieces, values);
}

/** Conditions of which all must hold. */
export function allOf(conditions: readonly SqlText[]): SqlText {
  return conditions.length === 0 ? raw('true') : joined(conditions.map(inParentheses), ' AND ');
}

/** Conditions of which one must hold. */
export function anyOf(conditions: readonly SqlText[]): SqlText {
  return conditions.length === 0 ? raw('false') : joined(conditions.map(inParentheses), ' OR ');
}

function inParentheses(condition: SqlText): SqlText {
  return sql`(${condition})`;
}
