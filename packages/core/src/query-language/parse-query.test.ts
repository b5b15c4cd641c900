import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPE_PATTERN } from '../event/event-schema.ts';
import { parseQuery, QUERY_FIELDS, queryField, queryFilters } from './index.ts';

const NOW = Date.UTC(2026, 5, 15, 12);

function filters(text: string): readonly object[] {
  const { terms, problems } = parseQuery(text);
  expect(problems).toEqual([]);
  return queryFilters(terms, NOW);
}

/** The mistakes of a query, each with the text it points at. */
function mistakes(text: string): [code: string, at: string][] {
  const { problems } = parseQuery(text);
  for (const { message } of problems) expect(message).toMatch(/^[A-Z].*[.]$/s);
  return problems.map(({ code, from, to }) => [code, text.slice(from, to)]);
}

describe('parseQuery', () => {
  it('reads what a person writes', () => {
    const text =
      'actor:alice type:document.* severity>=high status:failure -type:api.request ip:10.0.0.0/8 after:2026-01-01 "annual report" metadata.order.id=42';
    expect(filters(text)).toEqual([
      {
        actor: ['alice'],
        type: ['document.*'],
        status: ['failure'],
        ip: ['10.0.0.0/8'],
        metadata: [{ path: ['order', 'id'], values: ['42'] }],
        q: '"annual report"',
        from: Date.UTC(2026, 0, 1),
        not: { type: ['api.request'] },
      },
      { severity: ['high', 'critical'] },
    ]);
    expect(parseQuery(text).terms.map(({ from, to }) => text.slice(from, to))).toEqual([
      'actor:alice',
      'type:document.*',
      'severity>=high',
      'status:failure',
      '-type:api.request',
      'ip:10.0.0.0/8',
      'after:2026-01-01',
      '"annual report"',
      'metadata.order.id=42',
    ]);
  });

  it.each([
    ['alice', { q: 'alice' }],
    ['annual report', { q: 'annual report' }],
    ['contract -draft', { q: 'contract -draft' }],
    ['"signed contr"* -"first draft"', { q: '"signed contr"* -"first draft"' }],
    ['AND OR NOT', { q: 'AND OR NOT' }],
    ['v1.:x e.g.:y metadata. z', { q: 'v1.:x e.g.:y metadata. z' }],
    ['10:30 v1.2.3 req-8f3a.77/x 2001:db8::17', { q: '10:30 v1.2.3 req-8f3a.77/x 2001:db8::17' }],
    ['arn:aws:s3:::audit-bucket/2026', { q: 'arn:aws:s3:::audit-bucket/2026' }],
    ['https://example.com/a?b=c', { q: 'https://example.com/a?b=c' }],
    ['C:\\Temp\\a_b.txt', { q: 'C:\\Temp\\a_b.txt' }],
    ['note: a=b x>5', { q: 'note: a=b x>5' }],
    ['-draft', { not: { q: ['draft'] } }],
    ['-draft -"old one"', { not: { q: ['draft', '"old one"'] } }],
  ])('takes plain words as they always were: %s', (text, expected) => {
    expect(filters(text)).toEqual([expected]);
  });

  it.each([
    ['', [{}]],
    ['actor:alice actor:bob', [{ actor: ['alice', 'bob'] }]],
    ['actor:a "OR" actor:b', [{ actor: ['a', 'b'], q: '"OR"' }]],
    ['this or that status:failure', [{ q: 'this or that', status: ['failure'] }]],
    ['actor:"Alice \\"A\\" B"', [{ actor: ['Alice "A" B'] }]],
    ['actor.id:alice Email:A@x', [{ actor: ['alice'], actor_email: ['A@x'] }]],
    ['status:FAILURE', [{ status: ['failure'] }]],
    ['-status:failure -status:denied -actor:x', [{ not: { status: ['failure', 'denied'], actor: ['x'] } }]],
    ['severity:high', [{ severity: ['high'] }]],
    ['severity:>=high', [{}, { severity: ['high', 'critical'] }]],
    [
      'severity>low severity<=high',
      [{}, { severity: ['medium', 'high', 'critical'] }, { severity: ['info', 'low', 'medium', 'high'] }],
    ],
    ['-severity<medium', [{}, { not: { severity: ['info', 'low'] } }]],
    ['http_status:404 http_status:5xx', [{ http_status: ['404', '5xx'] }]],
    ['http_status>=400', [{}, { http_status: ['4xx', '5xx'] }]],
    ['http_status>597', [{}, { http_status: ['598', '599'] }]],
    ['after:24h before:2026-06-15T11:00:00Z', [{ from: NOW - 86_400_000, to: NOW - 3_600_000 }]],
    ['after:2026-01-01 since:-7d', [{ from: NOW - 7 * 86_400_000 }]],
    [
      'metadata.a:1 metadata.a:2 -metadata.b.c:x',
      [
        {
          metadata: [{ path: ['a'], values: ['1', '2'] }],
          not: { metadata: [{ path: ['b', 'c'], values: ['x'] }] },
        },
      ],
    ],
  ])('compares fields: %s', (text, expected) => {
    expect(filters(text)).toEqual(expected);
  });

  it.each([
    ['actr:alice', [['unknown_field', 'actr:']]],
    ['x user:alice y', [['unknown_field', 'user:']]],
    ['actor.nickname=al', [['unknown_field', 'actor.nickname=']]],
    ['statu=failure', [['unknown_field', 'statu=']]],
    ['actor:', [['missing_value', 'actor:']]],
    ['actor: alice', [['missing_value', 'actor:']]],
    ['actor:""', [['bad_value', '""']]],
    ['status:broken type:document.*', [['bad_value', 'broken']]],
    ['type:Document.viewed', [['bad_value', 'Document.viewed']]],
    ['type:*.viewed', [['bad_value', '*.viewed']]],
    ['ip:10.0.0.0/33', [['bad_value', '10.0.0.0/33']]],
    ['ip:example.com', [['bad_value', 'example.com']]],
    ['http_status:700', [['bad_value', '700']]],
    ['http_status>=5xx', [['bad_value', '5xx']]],
    ['after:yesterday', [['bad_value', 'yesterday']]],
    ['after:2026-01-01T10:00', [['bad_value', '2026-01-01T10:00']]],
    ['after:2026-02-30', [['bad_value', '2026-02-30']]],
    ['-after:2026-01-01', [['not_negatable', '-after']]],
    ['actor>alice', [['bad_operator', '>']]],
    ['metadata:x', [['bad_value', 'metadata']]],
    ['metadata.=3', [['bad_value', 'metadata.']]],
    ['-metadata.a..b:"3 4" x', [['bad_value', '-metadata.a..b']]],
    ['metadata."order id"=3', [['bad_value', 'metadata.']]],
    ['actor.:alice', [['unknown_field', 'actor.']]],
    ['actor:a OR actor:b', [['bad_operator', 'OR']]],
    ['actor:a or actor:b', [['bad_operator', 'or']]],
    ['contract AND status:failure', [['bad_operator', 'AND']]],
    ['not status:failure', [['bad_operator', 'not']]],
    ['say "open', [['open_quote', '"open']]],
    ['actor:"open', [['open_quote', '"open']]],
    ['rep*ort', [['bad_value', 'rep*ort']]],
    ['%', [['no_word', '%']]],
    ['-', [['no_word', '-']]],
    [
      'status:x and actr:y',
      [
        ['bad_value', 'x'],
        ['unknown_field', 'actr:'],
      ],
    ],
    ['a\0b', [['bad_value', '\0']]],
    ['a\ud800b', [['bad_value', '\ud800']]],
  ])('names each mistake and its place: %s', (text, expected) => {
    expect(mistakes(text)).toEqual(expected);
  });

  it('bounds what it takes', () => {
    expect(mistakes('x'.repeat(1_001))).toEqual([['too_long', 'x']]);
    expect(mistakes('w '.repeat(33))[0]?.[0]).toBe('too_many');
    expect(mistakes('actor:a '.repeat(65)).map(([code]) => code)).toContain('too_many');
  });

  it('knows each field by each of its names, once', () => {
    const names = QUERY_FIELDS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, aliases } of QUERY_FIELDS)
      for (const other of aliases) expect(queryField(other.toUpperCase())?.name).toBe(name);
  });

  it('has the pattern of types that the event model has', () => {
    for (const type of ['a', 'a.b_c.d1', '', '.a', 'a.', 'A', 'a..b', 'a-b'])
      expect([type, parseQuery(`type:"${type}"`).problems.length === 0]).toEqual([
        type,
        new RegExp(EVENT_TYPE_PATTERN).test(type),
      ]);
  });
});

describe('whatever is written', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(...QUERY_FIELDS.map(({ name }) => name), 'metadata.a.b', 'arn', 'x'),
    fc.constantFrom(
      ':',
      '=',
      '>=',
      '>',
      '<',
      '-',
      '"',
      '*',
      '\\',
      ' ',
      '  ',
      '\n',
      '10.0.0.0/8',
      '2026-01-01',
      '5xx',
      'high',
    ),
  );
  const query = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));

  it('is read without an error of ours, and every place lies in the text', () => {
    fc.assert(
      fc.property(query, (text) => {
        const { terms, problems } = parseQuery(text);
        for (const { from, to } of [...terms, ...problems]) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeGreaterThan(from);
          expect(to).toBeLessThanOrEqual(text.length);
        }
        if (problems.length === 0) expect(queryFilters(terms, NOW).length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has its terms in order, apart, and nothing but space between them when nothing is wrong', () => {
    fc.assert(
      fc.property(query, (text) => {
        const { terms, problems } = parseQuery(text);
        let at = 0;
        for (const { from, to } of terms) {
          expect(from).toBeGreaterThanOrEqual(at);
          if (problems.length === 0) expect(text.slice(at, from)).toMatch(/^\s*$/);
          at = to;
        }
        if (problems.length === 0) expect(text.slice(at)).toMatch(/^\s*$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('means the same when it is written again from what was read', () => {
    const value = fc
      .string({ minLength: 1, maxLength: 20 })
      .filter((text) => text.isWellFormed() && !text.includes('\0'));
    const condition = fc.record({
      field: fc.constantFrom('actor', 'target', 'project', 'session', 'metadata.order.id'),
      value,
      negated: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 8 }), (conditions) => {
        const written = conditions
          .map(
            ({ field, value: raw, negated }) =>
              `${negated ? '-' : ''}${field}:"${raw.replace(/["\\]/g, '\\$&')}"`,
          )
          .join(' ');
        fc.pre(written.length <= 1_000);
        const { terms, problems } = parseQuery(written);
        expect(problems).toEqual([]);
        expect(terms.map((term) => term.kind === 'field' && [term.field, term.value, term.negated])).toEqual(
          conditions.map(({ field, value: raw, negated }) => [field.split('.')[0], raw, negated]),
        );
      }),
      { numRuns: 500 },
    );
  });
});
