import type { ReactNode } from 'react';

/** Characters that turn the direction of text around them, and controls that show as nothing. */
const INVISIBLE = /(?![\t\n\r])[\p{Cc}\p{Cf}]/gu;

/** Shows what is invisible: a text of an event must not look like another one. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20
      ? String.fromCodePoint(0x2400 + code)
      : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** A text that came with an event: kept from turning the text beside it around, invisible characters shown. */
export function Bidi({ text, className }: { readonly text: string; readonly className?: string }): ReactNode {
  return <bdi className={className}>{visibleText(text)}</bdi>;
}
