const encoder = new TextEncoder();
// The byte order mark is kept: a text that begins with one is another text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 of a text. The text must be well formed: a lone surrogate would silently become U+FFFD. */
export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Writes UTF-8 of a text into bytes that have room for it, three for each UTF-16 unit; gives how many were written. */
export function utf8EncodeInto(text: string, bytes: Uint8Array): number {
  return encoder.encodeInto(text, bytes).written;
}

/** Text of UTF-8 bytes, or `undefined` when they are not valid UTF-8. Nothing is replaced or dropped. */
export function utf8Decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    // The only error a fatal decoder has; anything else is a broken caller.
    if (error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

/** Bytes of a text in UTF-8, without encoding it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) {
      // Either half of a surrogate pair counts 2, which makes the 4 bytes of its code point.
      bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
    }
  }
  return bytes;
}
