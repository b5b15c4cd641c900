import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIp, maskIp, parseIp } from './ip-address.ts';

const normalized = (text: string): string | undefined => {
  const address = parseIp(text);
  return address && formatIp(address);
};

describe('parseIp and formatIp', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:1:1:1:1:0:1', '2001:db8:1:1:1:1:0:1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
  ])('%s is %s', (text, expected) => {
    expect(normalized(text)).toBe(expected);
  });

  it.each([
    '',
    'localhost',
    '192.0.2',
    '192.0.2.1.5',
    '192.0.2.256',
    '192.0.2.01',
    '192.0.2.1:80',
    '192.0.2.1/24',
    '3221225985',
    '0x7f.1',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::1',
    '[::1]',
    'fe80::1%eth0',
    '192.0.2.1::',
    '::192.0.2.1:1',
    '::192.0.2.300',
    ' 192.0.2.1',
    '1:2:3:4:5:6:7:',
    ':1:2:3:4:5:6:7',
  ])('refuses "%s"', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  it('accepts what the operating system accepts', () => {
    const texts = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc
        .array(fc.constantFrom('0', 'f', 'ffff', ':', '::', '.', '1', '255'), { maxLength: 17 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseIp(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives every address one text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const once = normalized(text) ?? '';
        expect(normalized(once)).toBe(once);
        expect(normalized(text.toUpperCase())).toBe(once);
      }),
    );
  });
});

describe('maskIp', () => {
  it.each([
    ['192.0.2.129', 32, '192.0.2.129'],
    ['192.0.2.129', 25, '192.0.2.128'],
    ['192.0.2.129', 24, '192.0.2.0'],
    ['192.0.2.129', 0, '0.0.0.0'],
    ['2001:db8:1:2:3::9', 64, '2001:db8:1:2::'],
    ['2001:db8:1:2:3::9', 48, '2001:db8:1::'],
    ['2001:db8:1:2:3::9', 0, '::'],
  ])('%s to %i bits is %s', (text, bits, expected) => {
    const address = parseIp(text);
    expect(address && formatIp(maskIp(address, bits))).toBe(expected);
  });
});
