import { expect, test } from 'vitest';
import { makeRedact } from './redact.ts';
import { REDACTED } from './secret-patterns.ts';

const redact = makeRedact();
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

test.each([
  'password',
  'Password',
  'client_secret',
  'client-secret',
  'X-API-Key',
  'set-cookie',
  'refreshToken',
])('the value of a member named %s does not leave', (name) => {
  expect(redact({ metadata: { deep: [{ [name]: 'hunter2' }] } })).toEqual({
    metadata: { deep: [{ [name]: REDACTED }] },
  });
});

test.each([
  ['a JSON Web Token', `token was ${JWT}.`, `token was ${REDACTED}.`],
  ['a bearer token', 'Authorization: Bearer abcdef0123456789abcdef', `Authorization: ${REDACTED}`],
  ['a card number', 'paid with 4111 1111 1111 1111 today', `paid with ${REDACTED} today`],
  ['one without spaces', 'card=5555555555554444;', `card=${REDACTED};`],
  ['one of 15 digits', '3782-822463-10005', REDACTED],
  ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----', REDACTED],
  ['a token in a later line', `first\nsecond ${JWT}`, `first\nsecond ${REDACTED}`],
  ['a key of ours', 'key att_live_abc123_s3cr3t_9f8e leaked', `key ${REDACTED} leaked`],
])('%s in a text is replaced', (_name, text, clean) => {
  expect(redact({ action: { description: text } })).toEqual({ action: { description: clean } });
});

test.each([
  '1700000000008',
  '1700000000016',
  '4111-1111 1111 1111',
  '0199-4111111111111111',
  'x4111111111111111',
  'order 4111 1111 1111 1112 is not a card',
  'tokens: 17',
  'a secret meeting',
  '2026-11-21T09:00:00.000Z',
])('harmless text stays: %s', (text) => {
  expect(redact({ text })).toEqual({ text });
});

test('no id that looks like digits is ever taken for a card', () => {
  for (let n = 0; n < 20_000; n += 1) {
    const id = `01990000-0000-7000-8000-${String(n * 7_919).padStart(12, '0')}`;
    expect(redact({ id, text: `${1_700_000_000_000 + n}` })).toEqual({
      id,
      text: `${1_700_000_000_000 + n}`,
    });
  }
});

test('what has no secret is not copied, and what has is not changed in place', () => {
  const clean = { a: [{ b: 'c' }], n: 1, nothing: null };
  expect(redact(clean)).toBe(clean);
  const dirty = { keep: clean, token: 'x' };
  const result = redact(dirty);
  expect(dirty.token).toBe('x');
  expect(result.keep).toBe(clean);
});

test('own names and patterns count, allowed names do not', () => {
  const own = makeRedact({ names: ['iban'], allow: ['pin'], patterns: [/SV-\d+/g] });
  expect(own({ IBAN: 'DE00', pin: 'board', note: 'see SV-123' })).toEqual({
    IBAN: REDACTED,
    pin: 'board',
    note: `see ${REDACTED}`,
  });
  expect(() => makeRedact({ patterns: [/x/] })).toThrow(/flag g/);
});

test('hostile shapes end: deep, wide, long and cyclic', () => {
  let deep: unknown = 'end';
  for (let i = 0; i < 500; i += 1) deep = { deep };
  expect(JSON.stringify(redact(deep))).toContain(REDACTED);
  expect(redact(Array.from({ length: 30_000 }, () => ({}))).at(-1)).toBe(REDACTED);
  expect(redact('x'.repeat(200_000))).toBe(REDACTED);
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  expect(JSON.stringify(redact(cycle))).toContain(REDACTED);
  const started = performance.now();
  redact(`${'1 '.repeat(40_000)} ${'eyJ.'.repeat(5_000)}`);
  expect(performance.now() - started).toBeLessThan(5_000);
});
