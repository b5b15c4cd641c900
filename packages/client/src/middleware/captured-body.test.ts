import { expect, test } from 'vitest';
import { BodyCollector, capturedBody } from './captured-body.ts';

test('a copy of a body is as the log takes it', () => {
  const body = JSON.parse(
    '{"__proto__":{"a":1},"constructor":{"prototype":1},"text":"a\\u0000\\ud800","far":1e400,"list":[1.5,null]}',
  );
  body.when = new Date(0);
  body.bytes = new Uint8Array(3);
  body.not = undefined;
  body.big = 2n ** 70n;
  expect(JSON.parse(JSON.stringify(capturedBody(body, 1_000)))).toEqual({
    ___proto__: { a: 1 },
    _constructor: { prototype: 1 },
    text: 'a\uFFFD\uFFFD',
    far: 'Infinity',
    list: [1.5, null],
    when: '1970-01-01T00:00:00.000Z',
    bytes: '[3 bytes]',
    big: '1180591620717411303424',
  });
});

test('what has no end ends at the bound', () => {
  const circle: { self?: object } = {};
  circle.self = circle;
  expect(JSON.stringify(capturedBody(circle, 1_000))).toContain('too deep');
  expect(capturedBody({ text: 'é'.repeat(600) }, 1_000)).toBe('[left out: more than 1000 bytes]');
  expect(capturedBody({ list: new Array(1e6).fill(0) }, 1_000)).toBe('[left out: more than 1000 bytes]');
});

test('only bodies whose members have names are read', () => {
  const collect = (text: string, headers: Record<string, string>): unknown => {
    const collector = new BodyCollector(50);
    for (const part of text.match(/.{1,7}/gsu) ?? []) collector.add(new TextEncoder().encode(part));
    return collector.parsed((name) => headers[name]);
  };
  expect(collect('{"a":"äöü"}', { 'content-type': 'application/problem+json; charset=utf-8' })).toEqual({
    a: 'äöü',
  });
  expect(collect('a=1&b=%20', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual({
    a: '1',
    b: ' ',
  });
  expect(collect('{"a":1}', { 'content-type': 'text/plain' })).toBeUndefined();
  expect(
    collect('{"a":1}', { 'content-type': 'application/json', 'content-encoding': 'br' }),
  ).toBeUndefined();
  expect(capturedBody(collect(`{"a":"${'x'.repeat(60)}"}`, { 'content-type': 'application/json' }), 50)).toBe(
    '[left out: more than 50 bytes]',
  );
});
