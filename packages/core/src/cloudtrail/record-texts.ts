/** One record of a file, not parsed yet, or the place from which on the file cannot be read. */
export type RecordText =
  | { readonly kind: 'record'; readonly index: number; readonly text: string }
  | { readonly kind: 'broken'; readonly index: number; readonly detail: string }
  /** A digest or another file without records: nothing to import, nothing wrong. */
  | { readonly kind: 'other'; readonly detail: string };

/**
 * Takes the records out of a CloudTrail file, one text at a time, without parsing them: a record that is broken is
 * then one error, and its neighbours go on.
 *
 * Understood are the delivered log files (`{"Records":[…]}`), the answer of `aws cloudtrail lookup-events`
 * (`{"Events":[{"CloudTrailEvent":"…"}]}`), an array of records, and records one after the other (NDJSON).
 */
export function* recordTexts(text: string): Generator<RecordText> {
  const start = skipSpace(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  if (start === text.length) {
    yield { kind: 'broken', index: 0, detail: 'the file is empty' };
    return;
  }
  if (text[start] === '[') {
    yield* elements(text, start, 0);
    return;
  }
  let at = start;
  let index = 0;
  while (at < text.length) {
    if (text[at] !== '{') {
      yield {
        kind: 'broken',
        index,
        detail: `expected a JSON object at character ${at}, found ${shown(text, at)}`,
      };
      return;
    }
    const list = listMember(text, at);
    if (list !== undefined) {
      yield* elements(text, list, index);
      return;
    }
    const end = valueEnd(text, at);
    if (end < 0) {
      yield { kind: 'broken', index, detail: 'the record is cut off at the end of the file' };
      return;
    }
    const one = text.slice(at, end);
    if (index === 0 && !one.includes('"eventName"')) {
      const digest = one.includes('"digestStartTime"');
      yield digest
        ? { kind: 'other', detail: 'a CloudTrail digest, which has no records' }
        : {
            kind: 'broken',
            index,
            detail: 'no "Records" array and no "eventName": this is not a CloudTrail file',
          };
      return;
    }
    yield { kind: 'record', index, text: one };
    index += 1;
    at = skipSpace(text, end);
  }
}

function* elements(text: string, open: number, firstIndex: number): Generator<RecordText> {
  let index = firstIndex;
  let at = skipSpace(text, open + 1);
  if (text[at] === ']') return;
  while (at < text.length) {
    const end = valueEnd(text, at);
    if (end < 0) break;
    yield { kind: 'record', index, text: text.slice(at, end) };
    index += 1;
    at = skipSpace(text, end);
    if (text[at] === ']') return;
    if (at < text.length && text[at] !== ',') {
      yield {
        kind: 'broken',
        index,
        detail: `expected "," or "]" at character ${at}, found ${shown(text, at)}`,
      };
      return;
    }
    at = skipSpace(text, at + 1);
  }
  yield { kind: 'broken', index, detail: 'the record is cut off at the end of the file' };
}

/** Finds the `[` of the member `Records` or `Events` of the object that begins at `open`. */
function listMember(text: string, open: number): number | undefined {
  let at = skipSpace(text, open + 1);
  while (text[at] === '"') {
    const nameEnd = stringEnd(text, at);
    if (nameEnd < 0) return undefined;
    const name = text.slice(at + 1, nameEnd - 1);
    const colon = skipSpace(text, nameEnd);
    if (text[colon] !== ':') return undefined;
    const value = skipSpace(text, colon + 1);
    if ((name === 'Records' || name === 'Events') && text[value] === '[') return value;
    const end = valueEnd(text, value);
    if (end < 0) return undefined;
    const comma = skipSpace(text, end);
    if (text[comma] !== ',') return undefined;
    at = skipSpace(text, comma + 1);
  }
  return undefined;
}

/** The index after the value that begins at `start`, or -1 when the text ends inside it. Says nothing on validity. */
function valueEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first !== '{' && first !== '[') {
    let at = start;
    while (at < text.length && !',]} \t\r\n'.includes(text.charAt(at))) at += 1;
    return at > start ? at : -1;
  }
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x22) {
      const end = stringEnd(text, at);
      if (end < 0) return -1;
      at = end - 1;
    } else if (character === 0x7b || character === 0x5b) {
      depth += 1;
    } else if (character === 0x7d || character === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function stringEnd(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x5c) at += 1;
    else if (character === 0x22) return at + 1;
  }
  return -1;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}

function shown(text: string, at: number): string {
  return at >= text.length ? 'the end of the file' : JSON.stringify(text.slice(at, at + 12));
}
