import { stripVTControlCharacters } from 'node:util';

/**
 * Characters that move the cursor, hide text or turn its direction: C0 and C1 controls, line and paragraph separators,
 * bidirectional overrides and isolates, zero-width marks, tags. A log shows what others wrote: none of it may act on
 * the reader's terminal.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The same characters without C0, which JSON.stringify escapes. */
const UNSAFE_IN_JSON =
  /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * Makes one line of untrusted text safe to print: escape sequences are removed, other control characters become `·`,
 * line breaks and tabs become spaces.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\n\r]+/g, ' ')
    .replace(UNPRINTABLE, '·');
}

/** The same for text of several lines, whose line breaks stay. */
export function plainLines(text: string): string {
  return text.split(/\r?\n/).map(plainText).join('\n');
}

/** JSON text whose strings cannot act on a terminal; it parses to the same value. */
export function safeJson(value: unknown, indent?: number): string {
  return escapeJsonControls(JSON.stringify(value, undefined, indent));
}

/** Escapes what `JSON.stringify` leaves raw (DEL, C1, direction marks). Such characters occur in strings only. */
export function escapeJsonControls(json: string): string {
  return json.replace(
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
