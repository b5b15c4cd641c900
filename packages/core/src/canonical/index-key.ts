/**
 * True when the engine might take a member name for an array index. It lists those first, in the order of numbers,
 * whatever the order in the text or of insertion.
 */
export function startsWithDigit(key: string): boolean {
  const unit = key.charCodeAt(0);
  return unit >= 0x30 && unit <= 0x39;
}
