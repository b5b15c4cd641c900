const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const FORM = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const SEXTETS: ReadonlyMap<string, number> = new Map(
  Array.from(ALPHABET, (character, value) => [character, value]),
);

/** Standard base64 with padding (RFC 4648, section 4). */
export function bytesToBase64(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const triple =
      ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (left > 2 ? (bytes[index + 2] ?? 0) : 0);
    text += ALPHABET.charAt(triple >> 18) + ALPHABET.charAt((triple >> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((triple >> 6) & 63) : '=';
    text += left > 2 ? ALPHABET.charAt(triple & 63) : '=';
  }
  return text;
}

/**
 * Bytes of a base64 text, or `undefined` unless it is exactly the text that `bytesToBase64` gives for them: no
 * white space, full padding, unused bits zero. A second spelling of a signature or root would be a second note.
 */
export function base64ToBytes(text: string): Uint8Array | undefined {
  if (!FORM.test(text)) {
    return undefined;
  }
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let index = 0; index < text.length; index += 4) {
    let quad = 0;
    for (let offset = 0; offset < 4; offset += 1) {
      quad = (quad << 6) | (SEXTETS.get(text.charAt(index + offset)) ?? 0);
    }
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) {
      bytes[at] = (quad >> shift) & 255;
      at += 1;
    }
  }
  // Only the last group can have bits to spare, and only with padding.
  const lastGroup = bytes.subarray(Math.max(0, bytes.length - 3 + padding));
  return bytesToBase64(lastGroup) === text.slice(-4) ? bytes : undefined;
}
