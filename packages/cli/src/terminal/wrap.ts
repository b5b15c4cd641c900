/**
 * Breaks a text between words, for lines that begin at a column; a word that is longer than the room stays whole.
 *
 * @param columns width of the terminal; infinite where there is none, and then nothing is broken
 */
export function wrap(text: string, indent: number, columns: number): string {
  const room = columns - indent;
  const [first = '', ...words] = text.split(' ');
  let used = first.length;
  return words.reduce((lines, word) => {
    const fits = used + 1 + word.length <= room;
    used = fits ? used + 1 + word.length : word.length;
    return `${lines}${fits ? ' ' : `\n${' '.repeat(indent)}`}${word}`;
  }, first);
}
