import { formatIp, type IpAddress, maskIp, parseIp } from '@attestry/core';
import type { MakeBlindIndex } from './blind-columns.ts';
import type { BlindIndex } from './event-columns.ts';

/** Columns that hold an address at different widths. */
export type IpColumn = 'ip' | 'ipNet' | 'ipWide';

/**
 * Prefix lengths that are indexed, from the whole address to the widest network. A single customer of a provider is
 * usually a /24 or /64, its site a /16 or /48; every other network is made up of these.
 */
export const INDEXED_PREFIXES: Readonly<Record<4 | 6, Readonly<Record<IpColumn, number>>>> = {
  4: { ip: 32, ipNet: 24, ipWide: 16 },
  6: { ip: 128, ipNet: 64, ipWide: 48 },
};

/** The text whose blind index a column holds: the address itself, or a network such as `192.0.2.0/24`. */
export function ipColumnText(address: IpAddress, column: IpColumn): string {
  if (address.version === 4) {
    return ipv4ColumnText(address.bytes, column);
  }
  if (column === 'ip') {
    return formatIp(address);
  }
  const prefixBits = INDEXED_PREFIXES[address.version][column];
  return `${formatIp(maskIp(address, prefixBits))}/${prefixBits}`;
}

/** The same for IPv4, written out: most events have such an address. */
function ipv4ColumnText([a, b, c, d]: readonly number[], column: IpColumn): string {
  switch (column) {
    case 'ip':
      return `${a}.${b}.${c}.${d}`;
    case 'ipNet':
      return `${a}.${b}.${c}.0/24`;
    default:
      return `${a}.${b}.0.0/16`;
  }
}

/** Blind indexes of an address and of the networks around it. */
export type AddressIndexes = Readonly<Record<IpColumn, BlindIndex | null>>;

/** The indexes of an address as it was sent. */
export type MakeAddressIndexes = (text: string) => AddressIndexes;

export const NO_ADDRESS: AddressIndexes = { ip: null, ipNet: null, ipWide: null };

/** All ways to write one address give the same three indexes; what is no address has none. */
export function addressIndexes(text: string, blind: MakeBlindIndex): AddressIndexes {
  const address = parseIp(text);
  if (address === undefined) return NO_ADDRESS;
  return {
    ip: blind('ip', ipColumnText(address, 'ip')),
    ipNet: blind('ipNet', ipColumnText(address, 'ipNet')),
    ipWide: blind('ipWide', ipColumnText(address, 'ipWide')),
  };
}
