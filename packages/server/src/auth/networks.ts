import { BlockList, isIP } from 'node:net';

function parseNetwork(
  text: string,
): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return undefined;
  const widest = version === 4 ? 32 : 128;
  if (prefixText === undefined) return { address, prefix: widest, family: version === 4 ? 'ipv4' : 'ipv6' };
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > widest) return undefined;
  return { address, prefix: Number(prefixText), family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** True for an IPv4 or IPv6 address, or a network in CIDR notation. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

/** True when every address of `inner` is one of `outer`; both as `isNetwork` accepts them, in the same family. */
export function isNetworkWithin(inner: string, outer: string): boolean {
  const [small, large] = [parseNetwork(inner), parseNetwork(outer)];
  if (small === undefined || large === undefined || small.family !== large.family) return false;
  const block = new BlockList();
  block.addSubnet(large.address, large.prefix, large.family);
  return small.prefix >= large.prefix && block.check(small.address, small.family);
}

/** A set of networks to test addresses against. IPv4 addresses written as IPv6 (`::ffff:10.0.0.1`) count as IPv4. */
export class NetworkSet {
  readonly #blocks = new BlockList();

  /** @param networks as `isNetwork` accepts them */
  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const network = parseNetwork(text);
      if (network === undefined) throw new TypeError(`not a network: ${text}`);
      this.#blocks.addSubnet(network.address, network.prefix, network.family);
    }
  }

  has(address: string): boolean {
    const plain = address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
    const version = isIP(plain);
    return version !== 0 && this.#blocks.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  }
}
