import type { ReactNode } from 'react';

/** Characters that turn the direction of text around them, and what shows as nothing: controls, separators, fillers. */
const INVISIBLE = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115F\u1160\u2800\u3164\uFFA0]/gu;

/** Shows what is invisible: a text of an event must not look like another one. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** A text that came with an event: kept from turning the text beside it around, invisible characters shown. */
export function Bidi({ text, className }: { readonly text: string; readonly className?: string }): ReactNode {
  return <bdi className={className}>{visibleText(text)}</bdi>;
}
