import { formatIp, type IpAddress, parseIp } from '@attestry/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlindColumn, EventCondition } from '../ports/event-query-store.ts';
import { ipColumnText } from '../projection/ip-networks.ts';
import { compileIpFilter } from './ip-filter.ts';

/** A blind index that is the value itself, as a number per text. */
class Blinds {
  readonly #indexes = new Map<string, bigint>();

  readonly make = (kind: BlindColumn, value: string): bigint => {
    const text = `${kind}=${value}`;
    const index = this.#indexes.get(text) ?? BigInt(this.#indexes.size);
    this.#indexes.set(text, index);
    return index;
  };

  textsOf(condition: EventCondition): Record<string, string[]> {
    const texts = [...this.#indexes.keys()];
    const alternatives =
      condition.kind === 'blind' ? [condition] : condition.kind === 'anyBlind' ? condition.alternatives : [];
    return Object.fromEntries(
      alternatives.map(({ column, anyOf }) => [
        column,
        anyOf.map((index) => (texts[Number(index)] ?? '').slice(column.length + 1)),
      ]),
    );
  }
}

async function compiled(...values: string[]): Promise<Record<string, string[]>> {
  const blinds = new Blinds();
  return blinds.textsOf(await compileIpFilter(values, blinds.make));
}

function finds(condition: Record<string, string[]>, address: IpAddress): boolean {
  return (['ip', 'ipNet', 'ipWide'] as const).some((column) =>
    condition[column]?.includes(ipColumnText(address, column)),
  );
}

describe('compileIpFilter', () => {
  it('asks for an address in its one form', async () => {
    expect(await compiled('192.0.2.7')).toEqual({ ip: ['192.0.2.7'] });
    expect(await compiled('::ffff:192.0.2.7')).toEqual({ ip: ['192.0.2.7'] });
    expect(await compiled('192.0.2.7/32')).toEqual({ ip: ['192.0.2.7'] });
    expect(await compiled('2001:DB8::0:1')).toEqual({ ip: ['2001:db8::1'] });
    expect(await compiled('2001:db8::1/128')).toEqual({ ip: ['2001:db8::1'] });
  });

  it('asks for networks by the indexed networks they are made of', async () => {
    expect(await compiled('192.0.2.0/24')).toEqual({ ipNet: ['192.0.2.0/24'] });
    expect(await compiled('192.0.2.129/24')).toEqual({ ipNet: ['192.0.2.0/24'] });
    expect(await compiled('192.0.2.0/30')).toEqual({
      ip: ['192.0.2.0', '192.0.2.1', '192.0.2.2', '192.0.2.3'],
    });
    expect(await compiled('192.0.2.0/23')).toEqual({ ipNet: ['192.0.2.0/24', '192.0.3.0/24'] });
    expect(await compiled('10.0.0.0/15')).toEqual({ ipWide: ['10.0.0.0/16', '10.1.0.0/16'] });
    expect(await compiled('::ffff:192.0.2.0/120')).toEqual({ ipNet: ['192.0.2.0/24'] });
    expect(await compiled('2001:db8:1:2::/63')).toEqual({
      ipNet: ['2001:db8:1:2::/64', '2001:db8:1:3::/64'],
    });
    expect(await compiled('2001:db8:2::/47')).toEqual({ ipWide: ['2001:db8:2::/48', '2001:db8:3::/48'] });
    expect(await compiled('2001:db8::/127')).toEqual({ ip: ['2001:db8::', '2001:db8::1'] });
  });

  it('joins alternatives, in whatever columns they are', async () => {
    expect(await compiled('192.0.2.7', '10.0.0.0/16', '192.0.2.7')).toEqual({
      ip: ['192.0.2.7'],
      ipWide: ['10.0.0.0/16'],
    });
  });

  it.each([
    ['0.0.0.0/0', 'ipWide', 65_536],
    ['10.0.0.0/8', 'ipWide', 256],
    ['2001:db8::/32', 'ipWide', 65_536],
    ['2001:db8::/49', 'ipNet', 32_768],
    ['2001:db8::/112', 'ip', 65_536],
  ])('counts %s as %s, %i of them', async (network, column, count) => {
    expect(new Set((await compiled(network))[column]).size).toBe(count);
  });

  it.each([['2001:db8::/31'], ['::/0'], ['2001:db8::/111'], ['2001:db8::/65'], ['0.0.0.0/0', '192.0.2.7']])(
    'refuses %s and %s as too broad',
    async (...networks) => {
      await expect(compiled(...networks.filter(Boolean))).rejects.toThrow(
        expect.objectContaining({ code: 'too_broad', parameter: 'ip' }),
      );
    },
  );

  it.each([
    'localhost',
    '192.0.2',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/-1',
    '192.0.2.0/+8',
    '192.0.2.0/8/8',
    '/8',
    '::1/129',
    '::ffff:192.0.2.0/95',
    '192.0.2.0/ 8',
    'fe80::1%1',
  ])('refuses "%s"', async (network) => {
    await expect(compiled(network)).rejects.toThrow(
      expect.objectContaining({ code: 'bad_value', parameter: 'ip' }),
    );
  });

  it('finds exactly the addresses of the network', async () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    const bits = fc.constantFrom(0, 3, 12, 16, 17, 24, 27, 32);
    const flip = fc.nat({ max: 127 });
    await fc.assert(
      fc.asyncProperty(address, bits, flip, async (text, prefixNumber, flippedBit) => {
        const base = parseIp(text) as IpAddress;
        const width = base.version === 4 ? 32 : 128;
        const prefix = base.version === 4 ? Math.max(8, prefixNumber) : Math.max(40, 128 - prefixNumber);
        fc.pre(base.version === 4 || prefix <= 64 || prefix >= 116);
        const network = await compiled(`${formatIp(base)}/${prefix}`);
        const at = flippedBit % width;
        const bytes = base.bytes.map((byte, index) => (index === at >> 3 ? byte ^ (0x80 >> (at & 7)) : byte));
        expect(finds(network, base)).toBe(true);
        // The flipped address may have become an IPv4 one; then it is in no IPv6 network.
        const other = parseIp(formatIp({ version: base.version, bytes })) as IpAddress;
        expect(finds(network, other)).toBe(at >= prefix && other.version === base.version);
      }),
      { numRuns: 300 },
    );
  });
});
