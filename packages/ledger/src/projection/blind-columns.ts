import type { BlindColumn } from '../ports/event-query-store.ts';
import type { BlindIndex } from './event-columns.ts';

/**
 * Makes the blind index of a value. The kind, which is the column's name, goes into the fingerprint, so that equal
 * texts in different columns have nothing in common.
 */
export type MakeBlindIndex = (kind: BlindColumn, value: string) => BlindIndex;

/** E-mail addresses are found whatever their case: nobody remembers how one was typed. */
export function emailText(email: string): string {
  return email.toLowerCase();
}
