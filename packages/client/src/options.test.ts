import { expect, test } from 'vitest';
import { Attestry } from './attestry.ts';

test('mistakes in the options are all named at once', () => {
  const options = { url: 'ftp://x', key: 'a b', batchEvents: 0, whenFull: 'drop' as never };
  const more = { sample: { 'a.b': 2 }, redact: { patterns: [/x/] } };
  expect(() => new Attestry({ ...options, ...more })).toThrow(
    expect.objectContaining({
      code: 'configuration',
      message: [
        'Attestry: url must be an http address without a user, given or in ATTESTRY_URL, not "ftp://x"',
        'key must be given or in ATTESTRY_API_KEY, without spaces',
        'batchEvents must be from 1 to 1000, not "0"',
        'whenFull must be drop-newest or drop-oldest or block, not "drop"',
        'redact.patterns must be a list of patterns with the flag g',
        'sample of a.b must be from 0 to 1, and * only the end of a type',
      ].join('; '),
    }),
  );
  const good = { url: 'http://server.test', key: 'k' };
  expect(() => new Attestry({ ...good, batchSize: 5 } as object)).toThrow('there is no option batchSize');
  expect(() => new Attestry({ ...good, url: 'http://user:pw@server.test/' })).toThrow('without a user');
});

test.each([
  [{ enrich: () => undefined }, /enrich must be a list of functions/],
  [{ beforeSend: 5 }, /beforeSend must be a function/],
  [{ spool: './dir' }, /spool must be that of fileSpool/],
  [{ spool: {} }, /spool must be that of fileSpool/],
  [{ url: 'http://x.test:99999' }, /url must be an http address/],
  [{ headers: { 'bad header': 'x' } }, /headers must be those of a request/],
  [{ drainOnExit: 'false' }, /drainOnExit must be true or false, not "false"/],
  [{ defaults: [1] }, /defaults must be an object/],
  [{ batchEvents: 10n }, /batchEvents must be from 1 to 1000, not "10"/],
  [{ constructor: 5 }, /there is no option constructor/],
  [{ sample: { '*.viewed': 0 } }, /only the end of a type/],
  [{ redact: { pattern: [] } }, /there is no option redact.pattern/],
])('options that cannot work are refused at the start: %o', (options, message) => {
  expect(() => new Attestry({ url: 'http://x.test', key: 'k', ...(options as object) })).toThrow(message);
});

test.each([
  [null, /^Attestry: url must be [^;]*; key must be [^;]*$/],
  [
    'att_live_abc',
    /^Attestry: options must be an object \{ url, key \}; url must be [^;]*; key must be [^;]*$/,
  ],
  [[], /options must be an object/],
])('%j instead of options says what is missing', (given, message) => {
  expect(() => new Attestry(given as never)).toThrow(message);
  expect(() => new Attestry(given as never, 'a key' as never, {})).toThrow(message);
});

test.each([
  [{ names: [/passwort/i] }, /redact.names must be a list of texts/],
  [{ names: 'x' }, /redact.names must be a list of texts/],
  [{ allow: [null] }, /redact.allow must be a list of texts/],
  [{ patterns: 'x' }, /redact.patterns must be a list/],
  [{ patterns: [/x/] }, /redact.patterns must be a list of patterns with the flag g/],
  [{ patterns: [{ global: true }] }, /redact.patterns must be a list of patterns with the flag g/],
])('redaction that cannot work is refused at the start: %j', (redact, message) => {
  expect(() => new Attestry({ url: 'http://x.test', key: 'k', redact: redact as never })).toThrow(message);
});

/** Where a client sends its events to, and with what headers. */
async function requestOf(options: object): Promise<readonly [url: unknown, init: RequestInit | undefined]> {
  const requests: [unknown, RequestInit | undefined][] = [];
  const fetch = (...request: [unknown, RequestInit?]): Promise<Response> => {
    requests.push([request[0], request[1]]);
    return Promise.resolve(Response.json({ receipts: [{}] }, { status: 201 }));
  };
  const audit = new Attestry({
    url: 'http://x.test',
    key: 'k',
    drainOnExit: false,
    ...options,
    fetch: fetch as never,
  });
  audit.capture({ type: 'a.b' });
  expect(await audit.flush()).toBe(true);
  return requests[0] ?? [undefined, undefined];
}

test.each([['redact', 'beforeSend', 'onError', 'spool', 'sample', 'waitUntil', 'headers', 'batchEvents']])(
  'what is null is not given',
  async (...names) => {
    const none = Object.fromEntries(names.map((name) => [name, null]));
    const [url] = await requestOf({ ...none, unknown: null });
    expect(url).toBe('http://x.test/v1/events');
    await requestOf({ redact: { names: null, allow: null, patterns: null } });
  },
);

test.each(['http://x.test/v1/events', 'http://x.test/v1/events/', new URL('http://x.test')])(
  'the address %s is that of the server',
  async (address) => {
    const [url] = await requestOf({ url: address });
    expect(url).toBe('http://x.test/v1/events');
  },
);

test('options may be getters of a class', () => {
  class Config {
    readonly drainOnExit = false;
    get url(): string {
      return 'http://x.test';
    }
    get key(): string {
      return 'k';
    }
  }
  expect(() => new Attestry(new Config())).not.toThrow();
});

test('the address of a server below a path stays below it', async () => {
  const [url] = await requestOf({ url: 'http://x.test/audit/?a=b' });
  expect(url).toBe('http://x.test/audit/v1/events');
});

test.each([{ 'X-Tenant': 't' }, new Headers({ 'x-tenant': 't' })])(
  'headers are sent: %o',
  async (headers) => {
    const [, init] = await requestOf({ headers });
    expect(init?.headers).toMatchObject({ 'x-tenant': 't', authorization: 'Bearer k' });
  },
);

test.each([() => undefined, async () => 'a b'])(
  'a function that knows no key is told, and nothing is sent',
  async (key) => {
    const told: unknown[] = [];
    const audit = new Attestry({
      url: 'http://x.test',
      key: key as never,
      drainOnExit: false,
      fetch: () => Promise.reject(new Error('sent')),
      onError: ({ code, message }) => told.push([code, message]),
    });
    audit.capture({ type: 'a.b' });
    expect(await audit.flush()).toBe(false);
    expect(told).toEqual([['key_refused', 'the function `key` failed: it gave none']]);
    await audit.close(1);
  },
);
