import { ACCENTED, DROPPED, LOWER_CASE, SEPARATORS } from './unicode61.ts';

/** What a character does in a text, beside the letter that it becomes. */
const SEPARATES = 0;
const IS_DROPPED = 1;

const ASTRAL = 0x1_00_00;
const HIGH_SURROGATE = 0xd800;
const SURROGATES_END = 0xe000;

/** For each UTF-16 code unit, and for astral code points that are special: what it does, or what it becomes. */
interface Letters {
  readonly units: Uint16Array;
  readonly astral: ReadonlyMap<number, number>;
}

let letters: Letters | undefined;

/**
 * The words of a text, in their order: what full-text search compares, whatever store it runs on. Runs of letters and
 * digits, in lower case and without accents, exactly as FTS5's `unicode61 remove_diacritics 2` makes them.
 */
export function splitWords(text: string): string[] {
  letters ??= readTables();
  const { units } = letters;
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    let isPlain = true;
    let unit = text.charCodeAt(at);
    for (; at < text.length; at += 1) {
      unit = text.charCodeAt(at);
      const becomes = units[unit] as number;
      if (becomes !== unit) {
        if (becomes === SEPARATES) break;
        isPlain = false;
      }
    }
    if (unit >= HIGH_SURROGATE && unit < SURROGATES_END) {
      at = addWithAstral(words, text, start, letters);
      continue;
    }
    if (at > start) addWord(words, isPlain ? text.slice(start, at) : folded(text, start, at, units));
    at += 1;
  }
  return words;
}

function addWord(words: string[], word: string): void {
  if (word !== '') words.push(word);
}

function folded(text: string, start: number, end: number, units: Uint16Array): string {
  let word = '';
  for (let at = start; at < end; at += 1) {
    const becomes = units[text.charCodeAt(at)] as number;
    if (becomes !== IS_DROPPED) word += String.fromCharCode(becomes);
  }
  return word;
}

/** A word that may have code points beyond the 65,536; half of a pair separates. @returns where to go on */
function addWithAstral(words: string[], text: string, start: number, { units, astral }: Letters): number {
  let word = '';
  let at = start;
  while (at < text.length) {
    const code = text.codePointAt(at) as number;
    const becomes = code < ASTRAL ? (units[code] as number) : (astral.get(code) ?? code);
    at += code < ASTRAL ? 1 : 2;
    if (becomes === SEPARATES) break;
    if (becomes !== IS_DROPPED) word += String.fromCodePoint(becomes);
  }
  addWord(words, word);
  return at;
}

function readTables(): Letters {
  const units = Uint16Array.from({ length: ASTRAL }, (_, code) => code);
  const astral = new Map<number, number>();
  const set = (code: number, becomes: number): void => {
    if (code < ASTRAL) units[code] = becomes;
    else astral.set(code, becomes);
  };
  for (const { codes } of ranges(SEPARATORS)) for (const code of codes) set(code, SEPARATES);
  for (const { codes } of ranges(DROPPED)) for (const code of codes) set(code, IS_DROPPED);
  for (const { codes, distance } of ranges(LOWER_CASE)) for (const code of codes) set(code, code + distance);
  for (const [letter = '', ...others] of ACCENTED.trim()
    .split(/\s+/)
    .map((group) => [...group])) {
    for (const other of others) set(other.codePointAt(0) as number, letter.codePointAt(0) as number);
  }
  // Pairs are looked at as one code point; each half ends the quick walk through a word.
  units.fill(SEPARATES, HIGH_SURROGATE, SURROGATES_END);
  return { units, astral };
}

/** Reads `41..5a+20`: from, to, `/2` for every other one, distance. */
function* ranges(table: string): Generator<{ readonly codes: Iterable<number>; readonly distance: number }> {
  const form = /^([0-9a-f]+)(?:\.\.([0-9a-f]+))?(\/2)?(?:([+-])([0-9a-f]+))?$/;
  for (const entry of table.trim().split(/\s+/)) {
    const [, from = '', to = from, half, sign, distance = '0'] = form.exec(entry) ?? [];
    if (from === '') throw new Error(`unreadable range: ${entry}`);
    yield {
      codes: codesOf(Number.parseInt(from, 16), Number.parseInt(to, 16), half === undefined ? 1 : 2),
      distance: Number.parseInt(distance, 16) * (sign === '-' ? -1 : 1),
    };
  }
}

function* codesOf(from: number, to: number, step: number): Generator<number> {
  for (let code = from; code <= to; code += step) yield code;
}
