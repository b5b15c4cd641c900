import { setImmediate } from 'node:timers/promises';
import { type IpAddress, maskIp, parseIp } from '@attestry/core';
import { FILTER_NETWORKS_MAX, FILTER_NETWORKS_SLICE } from '../limits.ts';
import type { PositiveCondition } from '../ports/event-query-store.ts';
import type { MakeBlindIndex } from '../projection/blind-columns.ts';
import type { BlindIndex } from '../projection/event-columns.ts';
import { INDEXED_PREFIXES, type IpColumn, ipColumnText } from '../projection/ip-networks.ts';
import { FilterError } from './filter-error.ts';

/** A network: the first address and the number of bits that all its addresses share. */
interface Network {
  readonly address: IpAddress;
  readonly prefixBits: number;
}

const COLUMNS: readonly IpColumn[] = ['ipWide', 'ipNet', 'ip'];

/**
 * The filter `ip`: addresses and networks in CIDR notation. Columns hold fingerprints, which have no order, so a
 * network is asked for as the list of the indexed networks that make it up: any IPv4 network, and those of IPv6 that
 * consist of at most 65,536 of them (/32 to /64, and /112 on). Other work gets its turn meanwhile.
 *
 * @throws {FilterError} `bad_value` for what is no address or network, `too_broad` beyond that number
 */
export async function compileIpFilter(
  values: readonly string[],
  blind: MakeBlindIndex,
): Promise<PositiveCondition> {
  const divided = values.map((value) => divide(parseNetwork(value)));
  refuseTooBroad(divided);
  const found = new Map<IpColumn, Set<BlindIndex>>();
  for (const { network, column, splitBits } of divided) {
    const indexes = found.get(column) ?? new Set();
    found.set(column, indexes);
    for (let number = 0; number < 2 ** splitBits; number += 1) {
      if (number % FILTER_NETWORKS_SLICE === FILTER_NETWORKS_SLICE - 1) {
        await setImmediate();
      }
      indexes.add(blind(column, ipColumnText(subnetwork(network, splitBits, number), column)));
    }
  }
  const alternatives = [...found].map(([column, indexes]) => ({ column, anyOf: [...indexes] }));
  const [only] = alternatives;
  return alternatives.length === 1 && only !== undefined
    ? { kind: 'blind', ...only }
    : { kind: 'anyBlind', alternatives };
}

function parseNetwork(text: string): Network {
  const [addressText, prefixText, ...rest] = text.split('/');
  const address = parseIp(addressText ?? '');
  if (address === undefined || rest.length > 0) {
    throw new FilterError('bad_value', 'ip', 'is neither an IP address nor a network such as 192.0.2.0/24');
  }
  const widthBits = address.version === 4 ? 32 : 128;
  if (prefixText === undefined) {
    return { address, prefixBits: widthBits };
  }
  // ::ffff:192.0.2.0/120 is the IPv4 network 192.0.2.0/24.
  const mappedBits = address.version === 4 && addressText?.includes(':') ? 96 : 0;
  const prefixBits = /^[0-9]{1,3}$/.test(prefixText) ? Number(prefixText) - mappedBits : -1;
  if (prefixBits < 0 || prefixBits > widthBits) {
    throw new FilterError(
      'bad_value',
      'ip',
      `has a prefix that is not from ${mappedBits} to ${mappedBits + widthBits}`,
    );
  }
  return { address: maskIp(address, prefixBits), prefixBits };
}

/** A network as 2^splitBits indexed networks of one width. */
interface DividedNetwork {
  readonly network: Network;
  readonly column: IpColumn;
  readonly splitBits: number;
}

function divide(network: Network): DividedNetwork {
  const column = columnFor(network);
  const splitBits = INDEXED_PREFIXES[network.address.version][column] - network.prefixBits;
  return { network, column, splitBits };
}

function refuseTooBroad(divided: readonly DividedNetwork[]): void {
  let networks = 0;
  for (const { network, splitBits } of divided) {
    networks += 2 ** splitBits;
    if (networks > FILTER_NETWORKS_MAX) {
      throw new FilterError('too_broad', 'ip', tooBroad(network));
    }
  }
}

/** The widest indexed networks that are not wider than the one asked for. */
function columnFor({ address, prefixBits }: Network): IpColumn {
  const prefixes = INDEXED_PREFIXES[address.version];
  return COLUMNS.find((column) => prefixes[column] >= prefixBits) ?? 'ip';
}

/** Number `number` of the 2^splitBits parts of a network. */
function subnetwork({ address, prefixBits }: Network, splitBits: number, number: number): IpAddress {
  const bytes = [...address.bytes];
  for (let bit = 0; bit < splitBits; bit += 1) {
    if (Math.floor(number / 2 ** bit) % 2 === 1) {
      const position = prefixBits + splitBits - 1 - bit;
      const byteIndex = position >> 3;
      bytes[byteIndex] = (bytes[byteIndex] ?? 0) | (0x80 >> (position & 7));
    }
  }
  return { version: address.version, bytes };
}

function tooBroad({ address }: Network): string {
  return address.version === 6
    ? 'is too broad: IPv6 networks can be asked for from /32 to /64 and from /112 on, and all together must be few'
    : 'is too broad: ask for fewer or smaller networks at once';
}
