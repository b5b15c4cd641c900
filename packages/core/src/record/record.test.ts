import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../canonical/canonicalize.ts';
import type { JsonObject } from '../canonical/json-value.ts';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { RECORD_BYTES_MAX } from '../limits.ts';
import { hashLeafText } from '../merkle/tree-hash.ts';
import { assembleRecord, assembleSeals } from './assemble-record.ts';
import { ZERO_HASH_HEX } from './ledger-record.ts';
import { isLogOrigin } from './log-origin.ts';
import { parseRecord } from './parse-record.ts';
import { isRecordTimestamp } from './record-timestamp.ts';
import { RECORD_TYPES, type RecordType } from './record-type.ts';

const HASH = 'ab'.repeat(32);
const DATA: Readonly<Record<RecordType, JsonObject>> = {
  genesis: { hash: 'sha256', nonce: '0'.repeat(32), vkey: 'log+00000000+AQ==' },
  event: {
    id: '0199b000-0000-7000-8000-000000000000',
    occurred_at: '2026-01-01T00:00:00.000Z',
    tenant_id: 'acme',
    type: 'document.viewed',
  },
  erasure: { kid: 'dk_1', request: 'dsr_1', seals: 4, sub: 'sub_1' },
  prune: {
    archive: { sha256: HASH },
    before: '2026-01-01T00:00:00.000Z',
    count: 3,
    policy: 'data',
    ranges: [
      [1, 2],
      [7, 7],
    ],
  },
  hold: { hold: 'case-7', state: 'placed' },
  key: { vkey: 'log+00000000+AQ==' },
  policy: { policy: 'seals', value: 'none' },
  anchor: { kind: 'rfc3161', root: HASH, size: 12 },
  note: { seq: 3, text: 'The amount was 12, not 21.' },
};

function record(type: RecordType, changes: Readonly<Record<string, unknown>> = {}): string {
  return canonicalize({
    at: '2026-01-01T00:00:00.000Z',
    data: DATA[type],
    log: 'audit.example.com/t/acme',
    prev: ZERO_HASH_HEX,
    seals: [{ cm: HASH, sub: 'sub_1' }],
    seq: 0,
    type,
    v: 1,
    ...changes,
  });
}

describe('assembleRecord', () => {
  const origin = fc.stringMatching(/^[a-zA-Z0-9._/~äß-]{1,60}$/);
  const hashHex = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
  const handle = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
  const at = fc
    .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const data = fc.dictionary(
    fc
      .string({ unit: 'grapheme', maxLength: 8 })
      .filter((key) => !['__proto__', 'constructor'].includes(key)),
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.boolean(),
    ),
  );

  it('trap 3: makes the text that canonicalize makes of the whole record (property)', () => {
    fc.assert(
      fc.property(
        fc.record({
          at,
          data,
          log: origin,
          prev: hashHex,
          seals: fc.array(fc.record({ cm: hashHex, sub: handle }), { maxLength: 4 }),
          seq: fc.maxSafeNat(),
          type: fc.constantFrom(...RECORD_TYPES),
        }),
        (parts) => {
          const text = assembleRecord({
            at: parts.at,
            dataJson: canonicalize(parts.data),
            log: parts.log,
            prevHex: parts.prev,
            sealsJson: assembleSeals(parts.seals),
            seq: parts.seq,
            type: parts.type,
          });
          expect(text).toBe(canonicalize({ ...parts, v: 1 }));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  const parts = {
    at: '2026-01-01T00:00:00.000Z',
    dataJson: '{}',
    log: 'log.example/t/a',
    prevHex: ZERO_HASH_HEX,
    sealsJson: '[]',
    seq: 0,
    type: 'note' as const,
  };
  it.each([
    { at: '2026-01-01T00:00:00Z' },
    { log: 'a"b' },
    { log: '' },
    { prevHex: 'AB'.repeat(32) },
    { prevHex: '' },
    { seq: -1 },
    { seq: 2 ** 53 },
    { seq: 1.5 },
    { dataJson: '[]' },
    { sealsJson: '{}' },
  ])('refuses parts that are not what the format says: %j', (change) => {
    expect(() => assembleRecord({ ...parts, ...change })).toThrow(RangeError);
  });
});

describe('parseRecord', () => {
  it.each(RECORD_TYPES)('reads a record of type %s', (type) => {
    expect(parseRecord(record(type))).toMatchObject({ ok: true, record: { type, v: 1, data: DATA[type] } });
  });

  it.each(RECORD_TYPES)('misses any member of the data of a %s record', (type) => {
    const members = Object.keys(DATA[type]).filter((member) => type !== 'policy' || member !== 'value');
    for (const member of members) {
      const { [member]: _gone, ...rest } = DATA[type];
      expect(parseRecord(record(type, { data: rest }))).toMatchObject({
        ok: false,
        code: 'SCHEMA',
        detail: expect.stringContaining(`data.${member} of a ${type} record`),
      });
      expect(parseRecord(record(type, { data: { ...rest, [member]: { wrong: [] } } }))).toMatchObject({
        code: 'SCHEMA',
      });
    }
    expect(parseRecord(record(type, { data: { ...DATA[type], zzz: 'more' } }))).toMatchObject({ ok: true });
  });

  it.each(['', 'x', '{', '{"at":', '\u0000'])('finds %j unparseable', (text) => {
    expect(parseRecord(text)).toMatchObject({ ok: false, code: 'UNPARSEABLE' });
  });

  const good = record('event');
  it.each([
    ['white space', good.replace(':', ': ')],
    ['a newline at the end', `${good}\n`],
    ['an escape', good.replace('acme', '\\u0061cme')],
    ['a duplicate member', good.replace('"seq":0', '"seq":0,"seq":0')],
    ['1.0', good.replace('"seq":0', '"seq":0.0')],
    ['another order', good.replace('"type":"event","v":1', '"v":1,"type":"event"')],
    ['__proto__', good.replace('"data":{', '"data":{"__proto__":{},')],
    ['a lone surrogate', good.replace('acme', '\\ud800')],
    ['an unsafe integer', good.replace('"seq":0', '"seq":9007199254740993')],
  ])('trap 5: finds %s not canonical', (_name, text) => {
    expect(text).not.toBe(good);
    expect(parseRecord(text)).toMatchObject({ ok: false, code: 'NOT_CANONICAL' });
  });

  it.each([2, 0, '1', null, undefined])('refuses version %j', (v) => {
    const text =
      v === undefined ? good.replace(',"v":1', '') : good.replace('"v":1', `"v":${JSON.stringify(v)}`);
    expect(parseRecord(text)).toMatchObject({ ok: false, code: 'VERSION' });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a ninth member', { extra: 1 }],
    ['a time without milliseconds', { at: '2026-01-01T00:00:00Z' }],
    ['30 February', { at: '2026-02-30T00:00:00.000Z' }],
    ['a time that is a number', { at: 0 }],
    ['data that is a list', { data: [] }],
    ['data that is null', { data: null }],
    ['an empty origin', { log: '' }],
    ['an origin with a space', { log: 'a b' }],
    ['prev in capitals', { prev: 'AB'.repeat(32) }],
    ['a short prev', { prev: 'ab' }],
    ['seals that are an object', { seals: {} }],
    ['a seal without sub', { seals: [{ cm: HASH }] }],
    ['a seal with more', { seals: [{ cm: HASH, sub: 's', kid: 'k' }] }],
    ['a short commitment', { seals: [{ cm: 'ab', sub: 's' }] }],
    ['a handle with a newline', { seals: [{ cm: HASH, sub: 'a\nb' }] }],
    ['a handle that is too long', { seals: [{ cm: HASH, sub: 'a'.repeat(65) }] }],
    ['a negative seq', { seq: -1 }],
    ['a seq that is a text', { seq: '0' }],
    ['an unknown type', { type: 'audit' }],
    ['the type of a prototype member', { type: 'constructor' }],
  ])('refuses %s', (_name, changes) => {
    expect(parseRecord(record('event', changes))).toMatchObject({ ok: false, code: 'SCHEMA' });
  });

  it.each(['null', '[]', '1', '"v"', '{"v":1}'])('refuses %s', (text) => {
    expect(parseRecord(text)).toMatchObject({ ok: false, code: 'SCHEMA' });
  });

  it('refuses a record above 60,000 bytes, counted in UTF-8', () => {
    const padded = (count: number): string => record('note', { data: { seq: 0, text: 'ä'.repeat(count) } });
    const empty = new TextEncoder().encode(padded(0)).length;
    const fits = Math.floor((RECORD_BYTES_MAX - empty) / 2);
    expect(parseRecord(padded(fits))).toMatchObject({ ok: true });
    expect(parseRecord(padded(fits + 1))).toMatchObject({ ok: false, code: 'SCHEMA' });
  });

  it('never throws (property)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(parseRecord(text).ok).toBe(false);
      }),
    );
  });
});

describe('the hash of a record', () => {
  it('trap 4: covers every character of every member (property)', () => {
    const text = record('event');
    const hash = hashLeafText(portableCrypto, text);
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.string({ minLength: 1, maxLength: 1 }),
        (at, character) => {
          fc.pre(text[at] !== character);
          const changed = text.slice(0, at) + character + text.slice(at + 1);
          expect(hashLeafText(portableCrypto, changed)).not.toEqual(hash);
        },
      ),
    );
  });

  it('trap 4: differs for parts that a separator could shift between members', () => {
    const one = record('note', { data: { seq: 1, text: 'a|b', by: 'c' } });
    const other = record('note', { data: { seq: 1, text: 'a', by: 'b|c' } });
    expect(hashLeafText(portableCrypto, one)).not.toEqual(hashLeafText(portableCrypto, other));
  });
});

describe('record timestamps', () => {
  it('are what Date writes (property)', () => {
    const dates = fc.date({
      min: new Date(0),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => {
        expect(isRecordTimestamp(date.toISOString())).toBe(true);
      }),
    );
  });

  it.each([
    '2026-02-29T00:00:00.000Z',
    '2026-04-31T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-00-10T00:00:00.000Z',
    '2026-01-00T00:00:00.000Z',
    '2026-01-01T24:00:00.000Z',
    '2026-01-01T00:60:00.000Z',
    '2026-01-01T00:00:60.000Z',
    '2026-01-01T00:00:00.000+00:00',
    '2026-01-01t00:00:00.000z',
    '+002026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.000Z\n',
    '',
  ])('are not %j', (text) => {
    expect(isRecordTimestamp(text)).toBe(false);
  });

  it('know leap years', () => {
    expect(isRecordTimestamp('2024-02-29T00:00:00.000Z')).toBe(true);
    expect(isRecordTimestamp('2000-02-29T00:00:00.000Z')).toBe(true);
    expect(isRecordTimestamp('1900-02-29T00:00:00.000Z')).toBe(false);
  });
});

describe('log origins', () => {
  it.each(['audit.example.com/t/acme', 'a/t/b/g2', 'äö/t/x'])('can be %j', (text) => {
    expect(isLogOrigin(text)).toBe(true);
  });

  it.each([
    '',
    'a b',
    'a+b',
    'a\nb',
    'a"b',
    'a\\b',
    'a\u00a0b',
    'a\u007fb',
    '\ud800',
    'x'.repeat(401),
    5,
    undefined,
  ])('cannot be %j', (text) => {
    expect(isLogOrigin(text)).toBe(false);
  });
});
