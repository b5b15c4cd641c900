/** The `share` quantile (0 to 1) of the numbers, by nearest rank. */
export function quantile(numbers: readonly number[], share: number): number {
  if (numbers.length === 0) throw new Error('no numbers to take a quantile of');
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] as number;
}

/** Events per second, without decimals. */
export function perSecond(count: number, seconds: number): string {
  return `${Math.round(count / seconds).toLocaleString('en')}/s`;
}
