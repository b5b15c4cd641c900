import type { SQLInputValue } from 'node:sqlite';

/**
 * A piece of SQL and the values of its question marks. `sql` is made of names and text of this package only; what a
 * caller gave is always in `values`.
 */
export interface SqlFragment {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** A fragment. */
export function fragment(sql: string, ...values: readonly SQLInputValue[]): SqlFragment {
  return { sql, values };
}

/** Fragments joined by ` AND `, ` OR ` or a space, each in parentheses when it is a condition. */
export function join(parts: readonly SqlFragment[], by: 'AND' | 'OR'): SqlFragment {
  return {
    sql: parts.map((part) => `(${part.sql})`).join(` ${by} `),
    values: parts.flatMap((part) => [...part.values]),
  };
}

/** `n` question marks for an IN list. */
export function marks(n: number): string {
  return new Array(n).fill('?').join(', ');
}
