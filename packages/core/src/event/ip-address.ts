/** An address as its bytes. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`, RFC 4291 2.5.5.2) is IPv4. */
export interface IpAddress {
  readonly version: 4 | 6;
  /** 4 or 16 bytes, most significant first. */
  readonly bytes: readonly number[];
}

const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0xffff] as const;

/**
 * Reads an IPv4 or IPv6 address, or `undefined` when it is none. No ports, brackets, zones or prefixes, no IPv4 with
 * fewer than four parts or leading zeros (which some systems read as octal).
 *
 * @see RFC 4291, 2.2
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > 45) {
    return undefined;
  }
  if (!text.includes(':')) {
    const bytes = parseIpv4(text);
    return bytes && { version: 4, bytes };
  }
  const groups = parseIpv6(text);
  if (groups === undefined) {
    return undefined;
  }
  const bytes = groups.flatMap((group) => [group >> 8, group & 0xff]);
  return MAPPED_PREFIX.every((group, index) => groups[index] === group)
    ? { version: 4, bytes: bytes.slice(12) }
    : { version: 6, bytes };
}

/**
 * The one text of an address: dotted for IPv4, RFC 5952 for IPv6 (lower case, the longest run of zero groups as `::`).
 */
export function formatIp(address: IpAddress): string {
  if (address.version === 4) {
    return address.bytes.join('.');
  }
  const groups = Array.from({ length: 8 }, (_, index) => groupAt(address.bytes, index));
  const zeros = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) {
    return hex.join(':');
  }
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`;
}

/** The address with all bits after the first `prefixBits` cleared. */
export function maskIp(address: IpAddress, prefixBits: number): IpAddress {
  const bytes = address.bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefixBits - index * 8));
    return byte & (0xff << (8 - kept));
  });
  return { version: address.version, bytes };
}

/** By hand, because every event with an address comes through here. */
function parseIpv4(text: string): number[] | undefined {
  const bytes: number[] = [];
  // The number read so far; -1 before its first digit.
  let value = -1;
  for (let index = 0; index <= text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit >= 0 && digit <= 9 && value !== 0) {
      value = value < 0 ? digit : value * 10 + digit;
    } else if (value >= 0 && value <= 255 && (index === text.length || text[index] === '.')) {
      bytes.push(value);
      value = -1;
    } else {
      return undefined;
    }
  }
  return bytes.length === 4 ? bytes : undefined;
}

/** Eight groups of 16 bits. */
function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::', 3);
  if (halves.length > 2) {
    return undefined;
  }
  const head = parseGroups(halves[0] as string, halves.length === 1);
  if (halves.length === 1) {
    return head?.length === 8 ? head : undefined;
  }
  const tail = parseGroups(halves[1] as string, true);
  if (head === undefined || tail === undefined || head.length + tail.length > 7) {
    return undefined;
  }
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** Groups between colons; the last one may be a dotted IPv4 address when it ends the text. */
function parseGroups(text: string, endsText: boolean): number[] | undefined {
  if (text === '') {
    return [];
  }
  const parts = text.split(':', 9);
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const bytes = endsText && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (bytes === undefined) {
      return undefined;
    }
    groups.push(groupAt(bytes, 0), groupAt(bytes, 1));
  }
  return groups;
}

function groupAt(bytes: readonly number[], index: number): number {
  return ((bytes[index * 2] as number) << 8) | (bytes[index * 2 + 1] as number);
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index <= groups.length; index += 1) {
    if (groups[index] === 0) {
      continue;
    }
    if (index - start > best.length) {
      best = { start, length: index - start };
    }
    start = index + 1;
  }
  return best;
}
