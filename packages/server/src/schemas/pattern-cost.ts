import { PATTERN_STEPS_MAX } from '../limits.ts';

/**
 * Bounds the backtracking of a regular expression from its text, so that a tenant's `pattern` cannot stop the server
 * (ReDoS). The bound is the product of all choices a backtracking matcher could try: deliberately coarse, it never
 * errs downwards.
 *
 * Understood: literals, escapes, classes, groups, alternation, quantifiers, anchors. Look-around and back-references
 * are refused.
 */
class PatternReader {
  readonly #text: string;
  readonly #valueChars: number;
  #at = 0;

  constructor(text: string, valueChars: number) {
    this.#text = text;
    this.#valueChars = valueChars;
  }

  /** Choices of the whole pattern; `undefined` when it holds something that is not understood. */
  read(): number | undefined {
    const choices = this.#alternatives();
    return this.#at === this.#text.length ? choices : undefined;
  }

  #alternatives(): number | undefined {
    let total = 0;
    for (;;) {
      const branch = this.#sequence();
      if (branch === undefined) return undefined;
      total += branch;
      if (this.#text[this.#at] !== '|') return total;
      this.#at += 1;
    }
  }

  #sequence(): number | undefined {
    let product = 1;
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at] ?? '')) {
      const inner = this.#atom();
      if (inner === undefined) return undefined;
      product *= this.#quantified(inner);
    }
    return product;
  }

  #atom(): number | undefined {
    const char = this.#text[this.#at];
    if (char === '(') return this.#group();
    if (char === '[') return this.#skipClass();
    if (char === '\\') {
      const escaped = this.#text[this.#at + 1] ?? '';
      // \1..\9 and \k<name> refer back; everything else is one character or class.
      if (/[1-9k]/.test(escaped)) return undefined;
      const property = /^\\[pP]\{[^}]*\}|^\\u\{[^}]*\}/.exec(this.#text.slice(this.#at));
      this.#at += property === null ? 2 : property[0].length;
      return 1;
    }
    this.#at += 1;
    return 1;
  }

  #group(): number | undefined {
    this.#at += 1;
    if (this.#text.startsWith('?:', this.#at)) this.#at += 2;
    else if (/^\?<[A-Za-z]\w*>/.test(this.#text.slice(this.#at)))
      this.#at = this.#text.indexOf('>', this.#at) + 1;
    else if (this.#text[this.#at] === '?') return undefined;
    const inner = this.#alternatives();
    if (inner === undefined || this.#text[this.#at] !== ')') return undefined;
    this.#at += 1;
    return inner;
  }

  #skipClass(): number | undefined {
    for (this.#at += 1; this.#at < this.#text.length; this.#at++) {
      if (this.#text[this.#at] === '\\') this.#at += 1;
      else if (this.#text[this.#at] === ']') {
        this.#at += 1;
        return 1;
      }
    }
    return undefined;
  }

  /** Choices of an atom with its quantifier: how often it may repeat, times what each repetition may choose. */
  #quantified(inner: number): number {
    const match = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/.exec(this.#text.slice(this.#at));
    if (match === null) return inner;
    this.#at += match[0].length;
    const sign = match[0][0];
    const min = sign === '{' ? Number(match[1]) : sign === '+' ? 1 : 0;
    const max =
      sign === '?'
        ? 1
        : sign === '{'
          ? match[2] === undefined
            ? min
            : Number(match[3] || this.#valueChars)
          : this.#valueChars;
    return (Math.min(max, this.#valueChars) - min + 1) * inner ** Math.min(max, this.#valueChars);
  }
}

/**
 * The steps a `pattern` may need on one value, or the problem when it is not safe to run on values of that length.
 *
 * @param valueChars the `maxLength` that stands beside the pattern
 */
export function judgePattern(pattern: string, valueChars: number): number | string {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    return `is not a regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
  const choices = new PatternReader(pattern, valueChars).read();
  if (choices === undefined) return 'uses look-around or back-references, which are not allowed';
  const starts = pattern.startsWith('^') ? 1 : valueChars;
  if (choices * starts <= PATTERN_STEPS_MAX) return choices * starts;
  return 'could backtrack too long; anchor it with ^, give smaller bounds such as {1,50}, or lower maxLength';
}
