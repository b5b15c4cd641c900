const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;

/**
 * Member names in a valid JSON text: its colons outside strings. Strings are hopped over with the engine's own search,
 * so long values cost next to nothing.
 */
export function countMemberNames(text: string): number {
  let names = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === COLON) {
      names += 1;
    } else if (unit === QUOTE) {
      at = text.indexOf('"', at + 1);
      if (text.charCodeAt(at - 1) === BACKSLASH) {
        at = endOfString(text, at);
      }
    }
  }
  return names;
}

/**
 * The same for a valid JSON text that is visibly canonical but for the order of its members: no escapes, no white
 * space, and every number as ECMAScript prints it. -1 when it is not; it may be canonical all the same.
 */
export function countCanonicalNames(text: string): number {
  if (text.includes('\\')) {
    return -1;
  }
  let names = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = text.indexOf('"', at + 1);
    } else if (unit === COLON) {
      names += 1;
    } else if (unit <= SPACE) {
      return -1;
    } else if (unit === MINUS || (unit >= ZERO && unit <= NINE)) {
      const end = endOfNumber(text, at);
      const literal = text.slice(at, end);
      if (end - at > 1 && String(Number(literal)) !== literal) {
        return -1;
      }
      at = end - 1;
    }
  }
  return names;
}

/** Index of the quote that ends a string: from `quote` on, the first one behind an even run of backslashes. */
function endOfString(text: string, quote: number): number {
  let close = quote;
  for (;;) {
    let backslashes = 0;
    while (text.charCodeAt(close - 1 - backslashes) === BACKSLASH) {
      backslashes += 1;
    }
    if (backslashes % 2 === 0) {
      return close;
    }
    close = text.indexOf('"', close + 1);
  }
}

/** In a valid text a number ends at a comma, a bracket or the end: at the first unit that no number holds. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (;;) {
    const unit = text.charCodeAt(end);
    const isPart =
      (unit >= ZERO && unit <= NINE) ||
      unit === 0x2e ||
      unit === 0x65 ||
      unit === 0x45 ||
      unit === 0x2b ||
      unit === MINUS;
    if (!isPart) {
      return end;
    }
    end += 1;
  }
}
