import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CanonicalError, canonicalize, isCanonical, parseStrict } from '../src/index.ts';
import { hasSharedVectors, readJsonVectors, readVectors, sharedSuite } from './shared-vectors.ts';

const PAIRS = ['arrays', 'french', 'structures', 'unicode', 'values', 'weird'];

/** What the format allows beyond RFC 8785: numbers that print as integers must be exact. */
function refusedAsUnsafe(printed: string): boolean {
  return /^-?\d+$/.test(printed) && !Number.isSafeInteger(Number(printed));
}

function expectNumber(value: number, printed: string): void {
  if (refusedAsUnsafe(printed)) {
    expect(() => canonicalize(value)).toThrow(CanonicalError);
    expect(String(value)).toBe(printed);
  } else if (canonicalize(value) !== printed) {
    // A plain comparison first: 10,000 calls of expect take seconds.
    expect(canonicalize(value)).toBe(printed);
  }
}

function doubleOf(hexBits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${hexBits}`));
  return view.getFloat64(0);
}

describe.skipIf(!hasSharedVectors)(sharedSuite('published JCS vectors'), () => {
  it.each(PAIRS)('reproduces the pair %s', (name) => {
    const input = readVectors(`jcs/input/${name}.json`);
    const output = readVectors(`jcs/output/${name}.json`);
    const canonical = canonicalize(JSON.parse(input));
    expect(canonical).toBe(output);
    expect(Buffer.from(canonical, 'utf8').toString('hex')).toBe(
      readVectors(`jcs/outhex/${name}.txt`).replaceAll(/\s/g, ''),
    );
    expect(canonicalize(parseStrict(input))).toBe(output);
    expect(isCanonical(output)).toBe(true);
    expect(isCanonical(input)).toBe(false);
  });

  it('prints the numbers of RFC 8785, appendix B', () => {
    const rows = readJsonVectors<{ ieee754: string; json: string | null }[]>('jcs/rfc8785-appendix-b.json');
    expect(rows).toHaveLength(26);
    for (const { ieee754, json } of rows) {
      const value = doubleOf(ieee754);
      if (json === null) {
        expect(() => canonicalize(value)).toThrow(expect.objectContaining({ code: 'not_finite' }));
      } else {
        expectNumber(value, json);
      }
    }
  });

  it('prints the 10,000 published numbers', () => {
    const lines = readVectors('jcs/es6-numbers-10000.txt').trimEnd().split('\n');
    expect(lines).toHaveLength(10_000);
    for (const line of lines) {
      const [bits = '', printed = ''] = line.split(',');
      expectNumber(doubleOf(bits), printed);
    }
  });

  it('prints the published sequence of 100,000 numbers to the published hashes', () => {
    const hash = createHash('sha256');
    const sums = new Map<number, string>();
    let count = 0;
    for (const value of publishedNumbers(100_000)) {
      hash.update(`${bitsOf(value)},${printNumber(value)}\n`);
      count += 1;
      if (count === 1_000 || count === 10_000 || count === 100_000) {
        sums.set(count, hash.copy().digest('hex'));
      }
    }
    expect(Object.fromEntries(sums)).toEqual({
      1000: 'be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687',
      10000: 'b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892',
      100000: '22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7',
    });
  });
});

function printNumber(value: number): string {
  try {
    return canonicalize(value);
  } catch (error) {
    // The strict rule of our format; RFC 8785 prints these too.
    if (error instanceof CanonicalError && error.code === 'unsafe_integer') {
      return String(value);
    }
    throw error;
  }
}

function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16);
}

/** The generator published with the JCS test data: hand-picked doubles, 2,000 in a row from 2^-1022, then a SHA-256 chain. */
function* publishedNumbers(count: number): Generator<number> {
  const lines = readVectors('jcs/es6-numbers-10000.txt').split('\n');
  const picked = lines.slice(0, lines.indexOf('10000000000001,2.225073858507202e-308') - 1);
  let made = 0;
  for (const line of picked) {
    yield doubleOf(line.split(',')[0] ?? '');
    made += 1;
  }
  for (let serial = 0n; serial < 2_000n; serial += 1n, made += 1) {
    yield doubleOf((0x0010000000000000n + serial).toString(16));
  }
  let block: Buffer = Buffer.alloc(32);
  while (made < count) {
    block = createHash('sha256').update(block).digest();
    for (let at = 0; at < 32 && made < count; at += 8) {
      const value = block.readDoubleLE(at);
      if (value !== 0 && Number.isFinite(value)) {
        yield value;
        made += 1;
      }
    }
  }
}
