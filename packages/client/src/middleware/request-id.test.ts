import { expect, test } from 'vitest';
import type { IncomingRequest } from './recorded-request.ts';
import { requestIdOf } from './request-id.ts';

function requestWith(headers: Readonly<Record<string, string>>): IncomingRequest<unknown> {
  const header = (name: string): string | undefined => headers[name];
  return { raw: undefined, method: 'GET', path: '/', header, remoteAddress: undefined };
}

test('each request has an id of its own, as many as a millisecond may bring', () => {
  // More than the counter of one UUID can tell apart.
  const ids = Array.from({ length: 20_000 }, () => requestIdOf(requestWith({})));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each([
  ['the id that was sent', { 'x-request-id': 'req-1' }, 'req-1'],
  ['else the one of the correlation', { 'x-correlation-id': 'trace/7' }, 'trace/7'],
])('a request keeps %s', (_name, headers, id) => {
  expect(requestIdOf(requestWith(headers))).toBe(id);
});

test.each(['a b', '', 'x'.repeat(201), 'a\nb'])('the id %j is not taken over', (sent) => {
  expect(requestIdOf(requestWith({ 'x-request-id': sent }))).toMatch(/^[0-9a-f-]{36}$/);
});
