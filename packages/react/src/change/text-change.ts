import { diffLines, diffWordsWithSpace } from 'diff';

/** A piece of a text that was compared with another. */
export interface TextPiece {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Characters of both texts together up to which words are compared; above it lines, which costs far less. */
const WORDS_CHARS_MAX = 4_000;

/** Differences that are worked out before two texts count as wholly different: bounds the time for texts of 60 kB. */
const EDITS_MAX = 2_000;

/** How one text became another, piece by piece. */
export function textChange(before: string, after: string): readonly TextPiece[] {
  const bound = { maxEditLength: EDITS_MAX };
  const isShort = before.length + after.length <= WORDS_CHARS_MAX;
  const pieces = isShort ? diffWordsWithSpace(before, after, bound) : diffLines(before, after, bound);
  if (pieces === undefined) {
    return [
      { kind: 'removed', text: before },
      { kind: 'added', text: after },
    ];
  }
  return pieces.map(({ added, removed, value }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    text: value,
  }));
}
