import { expect, test } from 'vitest';
import { Attestry } from './attestry.ts';

test('mistakes in the options are all named at once', () => {
  const options = { url: 'ftp://x', key: 'a b', batchEvents: 0, whenFull: 'drop' as never };
  const more = { sample: { 'a.b': 2 }, redact: { patterns: [/x/] } };
  expect(() => new Attestry({ ...options, ...more })).toThrow(
    expect.objectContaining({
      code: 'configuration',
      message: expect.stringMatching(/url .*; .*key .*|key .*whenFull.*a\.b.*\/x\/.*batchEvents/s),
    }),
  );
  for (const word of ['url', 'key', 'batchEvents', 'whenFull', 'a.b', '/x/'])
    expect(() => new Attestry({ ...options, ...more })).toThrow(word);
  const good = { url: 'http://server.test', key: 'k' };
  expect(() => new Attestry({ ...good, batchSize: 5 } as object)).toThrow('there is no option batchSize');
  expect(() => new Attestry({ ...good, url: 'http://user:pw@server.test/' })).toThrow('without a user');
});

test.each([
  [{ enrich: () => undefined }, /enrich must be a list of functions/],
  [{ beforeSend: 5 }, /beforeSend must be a function/],
  [{ spool: './dir' }, /spool must be an object/],
  [{ sample: { '*.viewed': 0 } }, /may only be the end of a type/],
  [{ redact: { pattern: [] } }, /there is no option redact.pattern/],
  [null, /url must be/],
])('options that cannot work are refused at the start: %j', (options, message) => {
  const given = options === null ? null : { url: 'http://x.test', key: 'k', ...options };
  expect(() => new Attestry(given as never)).toThrow(message);
});

test.each([
  [{ names: [/passwort/i] }, /redact.names must be a list of texts/],
  [{ names: 'x' }, /redact.names must be a list of texts/],
  [{ allow: [null] }, /redact.allow must be a list of texts/],
  [{ patterns: 'x' }, /redact.patterns must be a list/],
  [{ patterns: [/x/] }, /needs the flag g/],
])('redaction that cannot work is refused at the start: %j', (redact, message) => {
  expect(() => new Attestry({ url: 'http://x.test', key: 'k', redact: redact as never })).toThrow(message);
});

test('what is null is not given', async () => {
  const none = { redact: null, beforeSend: null, onError: null, spool: null, sample: null, waitUntil: null };
  const audit = new Attestry({
    url: 'http://x.test',
    key: 'k',
    drainOnExit: false,
    fetch: () => Promise.resolve(Response.json({ receipts: [{}] }, { status: 201 })),
    ...(none as object),
  });
  audit.capture({ type: 'a.b' });
  expect(await audit.flush()).toBe(true);
  expect(() => new Attestry({ url: 'http://x.test', key: 5 as never })).toThrow(/key must be/);
});
