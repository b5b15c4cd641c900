import { describe, expect, it } from 'vitest';
import { type NormalizeContext, normalizeEvent } from './normalize-event.ts';
import type { Problem } from './problem.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const ID = '0199b000-0000-7000-8000-000000000000';

const context: NormalizeContext = { tenantId: 'acme', nowMs: NOW_MS, newId: () => ID };

/** Sets the member at a JSON pointer of a small valid event. */
function eventWith(pointer: string, value: unknown): object {
  const event: Record<string, unknown> = { type: 'document.viewed' };
  const tokens = pointer.slice(1).split('/');
  let parent = event;
  for (const [index, token] of tokens.entries()) {
    if (index === tokens.length - 1) {
      parent[token] = value;
      break;
    }
    const isTyped = token === 'actor' || token === 'target' || token === 'on_behalf_of';
    parent[token] ??= isTyped ? { type: 'service' } : tokens[index + 1] === '0' ? [] : {};
    parent = parent[token] as Record<string, unknown>;
  }
  return event;
}

function problemsOf(input: unknown, overrides: Partial<NormalizeContext> = {}): readonly Problem[] {
  const result = normalizeEvent(input, { ...context, ...overrides });
  return result.ok ? [] : result.problems;
}

/** Code and place of the one problem. */
function refusal(input: unknown, overrides: Partial<NormalizeContext> = {}): [string, string] | undefined {
  const problems = problemsOf(input, overrides);
  expect(problems.length, JSON.stringify(problems)).toBeLessThanOrEqual(1);
  const [only] = problems;
  return only && [only.code, only.path];
}

function accepted(input: unknown, overrides: Partial<NormalizeContext> = {}) {
  const result = normalizeEvent(input, { ...context, ...overrides });
  if (!result.ok) {
    throw new Error(JSON.stringify(result.problems));
  }
  return result;
}

const TEXT_LIMITS: readonly [pointer: string, charsMax: number][] = [
  ['/actor/id', 200],
  ['/actor/name', 500],
  ['/actor/email', 320],
  ['/actor/user_agent', 2000],
  ['/actor/session_id', 500],
  ['/actor/on_behalf_of/id', 200],
  ['/actor/on_behalf_of/name', 500],
  ['/action/verb', 100],
  ['/action/description', 2000],
  ['/action/error', 4000],
  ['/target/type', 100],
  ['/target/id', 500],
  ['/target/name', 500],
  ['/context/project_id', 500],
  ['/context/environment', 100],
  ['/context/service', 500],
  ['/context/request_id', 500],
  ['/context/correlation_id', 500],
  ['/context/parent_id', 500],
  ['/context/trace_id', 500],
  ['/context/span_id', 500],
  ['/context/reason', 2000],
  ['/context/location/country', 100],
  ['/context/location/region', 100],
  ['/context/location/city', 100],
  ['/http/method', 100],
  ['/http/route', 2000],
  ['/http/path', 2000],
  ['/ai/agent_type', 100],
  ['/ai/model', 500],
  ['/ai/provider', 100],
  ['/ai/execution_id', 500],
  ['/ai/node', 500],
  ['/ai/checkpoint_id', 500],
  ['/ai/parent_checkpoint_id', 500],
  ['/ai/tool_name', 500],
  ['/ai/reasoning', 8000],
  ['/ai/error_type', 500],
  ['/ai/tools_used/0', 500],
  ['/ai/state_keys/0', 500],
  ['/compliance/regulations_checked/0', 500],
  ['/compliance/findings/0/regulation', 100],
  ['/compliance/findings/0/status', 100],
  ['/compliance/findings/0/issue', 2000],
  ['/security/encryption_used', 100],
];

const NUMBER_RANGES: readonly [pointer: string, least: number, greatest: number, isInteger: boolean][] = [
  ['/http/status_code', 100, 599, true],
  ['/http/duration_ms', 0, Number.MAX_SAFE_INTEGER, false],
  ['/ai/step', 0, Number.MAX_SAFE_INTEGER, true],
  ['/ai/prompt_tokens', 0, Number.MAX_SAFE_INTEGER, true],
  ['/ai/completion_tokens', 0, Number.MAX_SAFE_INTEGER, true],
  ['/ai/cost_usd', 0, Number.MAX_SAFE_INTEGER, false],
  ['/ai/confidence_score', 0, 1, false],
  ['/ai/execution_time_ms', 0, Number.MAX_SAFE_INTEGER, false],
  ['/ai/state_size_bytes', 0, Number.MAX_SAFE_INTEGER, true],
  ['/compliance/issues_found', 0, Number.MAX_SAFE_INTEGER, true],
  ['/compliance/critical_issues', 0, Number.MAX_SAFE_INTEGER, true],
  ['/security/retention_period_days', 0, 36_500, true],
  ['/performance/response_time_ms', 0, Number.MAX_SAFE_INTEGER, false],
  ['/performance/database_query_time_ms', 0, Number.MAX_SAFE_INTEGER, false],
  ['/performance/external_api_time_ms', 0, Number.MAX_SAFE_INTEGER, false],
  ['/performance/memory_used_mb', 0, Number.MAX_SAFE_INTEGER, false],
];

const ENUMS: readonly [pointer: string, words: readonly string[]][] = [
  ['/category', 'auth data config admin eval ai compliance security system performance api'.split(' ')],
  ['/severity', 'info low medium high critical warning'.split(' ')],
  ['/actor/type', 'user service agent system anonymous'.split(' ')],
  ['/actor/on_behalf_of/type', 'user service agent system anonymous'.split(' ')],
  ['/action/status', 'success failure denied partial in_progress'.split(' ')],
  ['/compliance/traffic_light_status', 'green amber red'.split(' ')],
  ['/compliance/findings/0/severity', 'info low medium high critical'.split(' ')],
  ['/security/data_classification', 'public internal confidential restricted'.split(' ')],
];

const FREE_OBJECTS = [
  '/metadata',
  '/data/before',
  '/data/after',
  '/data/metadata',
  '/target/metadata',
  '/compliance/findings/0/details',
];

describe('limits of texts', () => {
  it.each(TEXT_LIMITS)('%s holds %i characters and no more (trap 14)', (pointer, charsMax) => {
    expect(refusal(eventWith(pointer, 'x'.repeat(charsMax)))).toBeUndefined();
    expect(refusal(eventWith(pointer, 'x'.repeat(charsMax + 1)))).toEqual(['too_long', pointer]);
  });

  it.each(TEXT_LIMITS)('%s counts characters, not UTF-16 units', (pointer, charsMax) => {
    expect(refusal(eventWith(pointer, '😀'.repeat(charsMax)))).toBeUndefined();
    expect(refusal(eventWith(pointer, '😀'.repeat(charsMax + 1)))).toEqual(['too_long', pointer]);
  });

  it.each(['/actor/id', '/target/type', '/target/id', '/context/request_id', '/action/verb'])(
    '%s must not be empty',
    (pointer) => {
      expect(refusal(eventWith(pointer, ''))).toEqual(['too_short', pointer]);
    },
  );

  it.each([
    ['/type', 'a'.repeat(100), 'a'.repeat(101)],
    [
      '/personal',
      new Array(8).fill({ subject: 'u', paths: [] }),
      new Array(9).fill({ subject: 'u', paths: [] }),
    ],
    ['/ai/tools_used', new Array(1000).fill('t'), new Array(1001).fill('t')],
    ['/ai/state_keys', new Array(1000).fill('t'), new Array(1001).fill('t')],
    ['/compliance/regulations_checked', new Array(1000).fill('t'), new Array(1001).fill('t')],
    ['/compliance/findings', new Array(1000).fill({}), new Array(1001).fill({})],
    ['/data/fields', new Array(10_000).fill('t'), new Array(10_001).fill('t')],
  ])('%s holds what it may and no more', (pointer, most, tooMuch) => {
    expect(refusal(eventWith(pointer, most))).toBeUndefined();
    expect(refusal(eventWith(pointer, tooMuch))?.[1]).toBe(pointer);
  });

  it('lets 64 personal paths through over all subjects and no more', () => {
    const half = { subject: 'u', paths: new Array(32).fill('/metadata/a') };
    const more = { subject: 'v', paths: new Array(33).fill('/metadata/a') };
    expect(refusal(eventWith('/personal', [half, half]))).toBeUndefined();
    expect(refusal(eventWith('/personal', [half, more]))).toEqual(['too_many', '/personal']);
  });
});

describe('numbers', () => {
  it.each(NUMBER_RANGES)('%s is from %d to %d', (pointer, least, greatest, isInteger) => {
    expect(refusal(eventWith(pointer, least))).toBeUndefined();
    expect(refusal(eventWith(pointer, greatest))).toBeUndefined();
    expect(refusal(eventWith(pointer, least - 1))).toEqual(['out_of_range', pointer]);
    expect(refusal(eventWith(pointer, greatest + 1))).toEqual(['out_of_range', pointer]);
    const half = refusal(eventWith(pointer, least + 0.5));
    expect(half).toEqual(isInteger ? ['wrong_type', pointer] : undefined);
    expect(refusal(eventWith(pointer, Number.NaN))).toEqual(['wrong_type', pointer]);
    expect(refusal(eventWith(pointer, '1'))).toEqual(['wrong_type', pointer]);
  });
});

describe('words', () => {
  it.each(ENUMS)('%s is one of %j', (pointer, words) => {
    for (const word of words) {
      expect(refusal(eventWith(pointer, word)), word).toBeUndefined();
      expect(refusal(eventWith(pointer, word.toUpperCase())), word).toEqual(['not_allowed', pointer]);
    }
    expect(refusal(eventWith(pointer, ''))).toEqual(['not_allowed', pointer]);
    expect(refusal(eventWith(pointer, 7))).toEqual(['wrong_type', pointer]);
    expect(refusal(eventWith(pointer, null))).toEqual(['wrong_type', pointer]);
  });
});

describe('shape', () => {
  it.each([
    ['null', null],
    ['an array', []],
    ['a text', 'document.viewed'],
    ['a number', 1],
    ['undefined', undefined],
  ])('refuses %s as an event', (_name, input) => {
    expect(refusal(input)).toEqual(['wrong_type', '']);
  });

  it.each([
    '/foo',
    '/actor/foo',
    '/actor/on_behalf_of/foo',
    '/action/foo',
    '/target/foo',
    '/context/foo',
    '/context/location/foo',
    '/http/foo',
    '/data/foo',
    '/ai/foo',
    '/compliance/foo',
    '/compliance/findings/0/foo',
    '/security/foo',
    '/performance/foo',
    '/a~1b',
  ])('refuses the unknown member %s, by its own pointer (trap 22)', (pointer) => {
    const event = pointer === '/a~1b' ? { type: 'a', 'a/b': 1 } : eventWith(pointer, 1);
    expect(refusal(event)).toEqual(['unknown_member', pointer]);
  });

  it.each(['seq', 'recorded_at', 'hash', 'prev_hash', 'received_from'])(
    'refuses %s, which the server sets',
    (name) => {
      expect(refusal({ type: 'document.viewed', [name]: 1 })).toEqual(['reserved_member', `/${name}`]);
      expect(problemsOf({ type: 'document.viewed', [name]: 1 })[0]?.detail).toContain('server alone');
    },
  );

  it.each([
    ['/type', {}],
    ['/actor/type', { type: 'a', actor: { id: 'u' } }],
    ['/actor/on_behalf_of/type', { type: 'a', actor: { type: 'agent', on_behalf_of: { id: 'u' } } }],
    ['/target/type', { type: 'a', target: { id: 'd' } }],
    ['/personal/0/subject', { type: 'a', personal: [{ paths: [] }] }],
    ['/personal/0/paths', { type: 'a', personal: [{ subject: 'u' }] }],
  ])('names the missing member %s', (pointer, event) => {
    expect(refusal(event)).toEqual(['missing_member', pointer]);
  });

  it.each(['.', 'a.', '.a', 'a..b', 'A.b', 'a-b', 'a b', 'ä', 'a\n'])(
    'refuses the type "%s" (trap 53)',
    (type) => {
      expect(refusal({ type })).toEqual(['bad_format', '/type']);
    },
  );

  it.each(['', 'x', '0199b000000070008000000000000000', '{0199b000-0000-7000-8000-000000000000}', `${ID} `])(
    'refuses the id "%s"',
    (id) => {
      expect(refusal({ type: 'a', id })).toEqual(['bad_format', '/id']);
    },
  );

  it.each(['', '192.0.2.256', '192.0.2.1:80', 'fe80::1%eth0', 'example.com'])(
    'refuses the address "%s"',
    (ip) => {
      expect(refusal(eventWith('/actor/ip_address', ip))).toEqual(['bad_format', '/actor/ip_address']);
    },
  );

  it.each([
    ['/personal/0/paths/0', 'bad_format', 'data/after'],
    ['/personal/0/paths/0', 'bad_format', '/data/~2'],
    ['/personal/0/paths/0', 'too_short', ''],
    ['/personal/0/paths/0', 'not_sealable', '/id'],
    ['/personal/0/paths/0', 'not_sealable', '/actor/type'],
    ['/personal/0/paths/0', 'not_sealable', '/metadata/__proto__/x'],
  ])('refuses at %s with %s the path "%s"', (pointer, code, path) => {
    expect(refusal({ type: 'a', personal: [{ subject: 'u', paths: [path] }] })).toEqual([code, pointer]);
  });
});

describe('free objects', () => {
  const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });

  it.each(FREE_OBJECTS)('%s is 32 levels deep and no more', (pointer) => {
    expect(refusal(eventWith(pointer, nested(32)))).toBeUndefined();
    expect(refusal(eventWith(pointer, nested(33)))).toEqual(['too_deep', `${pointer}${'/a'.repeat(32)}`]);
  });

  it.each(FREE_OBJECTS)('%s must be an object', (pointer) => {
    for (const value of [[], null, 'x', 1]) {
      expect(refusal(eventWith(pointer, value))).toEqual(['wrong_type', pointer]);
    }
  });

  it.each([
    ['unsafe_integer', 2 ** 53],
    ['unsafe_integer', -(2 ** 53)],
    ['not_finite', Number.NaN],
    ['not_finite', Number.POSITIVE_INFINITY],
    ['lone_surrogate', 'a\ud800'],
    ['lone_surrogate', '\udc00a'],
    ['nul_character', 'a\0b'],
    ['not_json', undefined],
    ['not_json', () => 1],
    ['not_json', Symbol('x')],
    ['not_json', 1n],
    ['not_json', new Date(0)],
    ['not_json', new Map()],
  ])('refuse %s with its pointer: %s', (code, value) => {
    for (const pointer of FREE_OBJECTS) {
      expect(refusal(eventWith(pointer, { list: [{ a: value }] }))).toEqual([code, `${pointer}/list/0/a`]);
    }
  });

  it('take what every parser reads the same', () => {
    const values = [0, -1, 0.1, 2 ** 53 - 1, -(2 ** 53 - 1), 1e300, '', '\u0001', '😀', null, true, [], {}];
    expect(refusal(eventWith('/metadata', { values, constructor: 'x', '': 1, 'a/b~c': 2 }))).toBeUndefined();
  });

  it.each([
    ['prototype_key', '{"__proto__":{"x":1}}', '/metadata/__proto__'],
    ['prototype_key', '{"a":{"constructor":{"prototype":{"x":1}}}}', '/metadata/a/constructor'],
    ['nul_character', '{"a\\u0000":1}', '/metadata/a\0'],
    ['lone_surrogate', '{"a\\ud800":1}', '/metadata/a\ufffd'],
  ])('refuse with %s the member names of %s', (code, text, pointer) => {
    expect(refusal(eventWith('/metadata', JSON.parse(text)))).toEqual([code, pointer]);
  });

  it('refuses __proto__ on the closed levels too', () => {
    expect(refusal(JSON.parse('{"type":"a","__proto__":{"x":1}}'))).toEqual(['unknown_member', '/__proto__']);
  });

  it('checks the texts of closed members as well', () => {
    expect(refusal(eventWith('/actor/name', 'a\0'))).toEqual(['nul_character', '/actor/name']);
    expect(refusal(eventWith('/action/error', '\ud83d'))).toEqual(['lone_surrogate', '/action/error']);
    expect(refusal(eventWith('/ai/tools_used', ['a', 'b\0']))).toEqual(['nul_character', '/ai/tools_used/1']);
  });
});

describe('times and tenants', () => {
  const at = (offsetMs: number): string => new Date(NOW_MS + offsetMs).toISOString();

  it('lets occurred_at be five minutes ahead and no more', () => {
    expect(refusal({ type: 'a', occurred_at: at(300_000) })).toBeUndefined();
    expect(refusal({ type: 'a', occurred_at: at(300_001) })).toEqual(['in_the_future', '/occurred_at']);
  });

  it('refuses naive and impossible times (trap 36)', () => {
    for (const time of [
      '2026-01-01T00:00:00',
      '2026-02-30T00:00:00Z',
      '2016-12-31T23:59:60Z',
      'yesterday',
      '',
    ]) {
      expect(refusal({ type: 'a', occurred_at: time })).toEqual(['bad_format', '/occurred_at']);
    }
    expect(refusal({ type: 'a', occurred_at: NOW_MS })).toEqual(['wrong_type', '/occurred_at']);
  });

  it('keeps times in UTC with milliseconds', () => {
    expect(accepted({ type: 'a', occurred_at: '2026-01-31T10:30:00+01:00' }).event.occurred_at).toBe(
      '2026-01-31T09:30:00.000Z',
    );
    expect(accepted({ type: 'a', occurred_at: '2026-01-31t09:30:00.1239z' }).event.occurred_at).toBe(
      '2026-01-31T09:30:00.123Z',
    );
  });

  it('takes the tenant from the credential alone (trap 25)', () => {
    expect(accepted({ type: 'a' }).event.tenant_id).toBe('acme');
    expect(accepted({ type: 'a', tenant_id: 'acme' }).event.tenant_id).toBe('acme');
    expect(refusal({ type: 'a', tenant_id: 'other' })).toEqual(['tenant_mismatch', '/tenant_id']);
    expect(refusal({ type: 'a', tenant_id: '' })).toEqual(['too_short', '/tenant_id']);
  });
});

describe('what is filled in', () => {
  it('makes the smallest event whole, in canonical order', () => {
    const { event, defaulted, personal } = accepted({ type: 'document.viewed' }, { receivedFrom: 'key_1' });
    expect(event).toEqual({
      category: 'data',
      id: ID,
      occurred_at: '2026-11-21T12:00:00.000Z',
      received_from: 'key_1',
      severity: 'info',
      tenant_id: 'acme',
      type: 'document.viewed',
    });
    expect(Object.keys(event)).toEqual(Object.keys(event).sort());
    expect(defaulted).toEqual(['id', 'occurred_at']);
    expect(personal).toEqual([]);
  });

  it('says nothing was defaulted when id and time were sent', () => {
    const sent = { type: 'a', id: ID.toUpperCase(), occurred_at: '2026-01-01T00:00:00Z' };
    const { event, defaulted } = accepted(sent);
    expect(defaulted).toEqual([]);
    expect(event.id).toBe(ID);
  });

  it('takes warning for medium, and a severity that was sent over every rule', () => {
    expect(accepted({ type: 'a', severity: 'warning' }).event.severity).toBe('medium');
    expect(accepted({ type: 'api.error', severity: 'info', http: { status_code: 500 } }).event.severity).toBe(
      'info',
    );
    expect(accepted({ type: 'api.error', http: { status_code: 500 } }).event.severity).toBe('high');
  });

  it('gives an outcome only where the name says it, and never over one that was sent (trap 23)', () => {
    expect(accepted({ type: 'document.viewed', action: { verb: 'read' } }).event.action).toEqual({
      verb: 'read',
    });
    expect(accepted({ type: 'document.viewed' }).event.action).toBeUndefined();
    expect(accepted({ type: 'sso.failed' }).event.action).toEqual({ status: 'failure' });
    expect(accepted({ type: 'user.login.success', action: { verb: 'login' } }).event.action).toEqual({
      verb: 'login',
      status: 'success',
    });
    expect(accepted({ type: 'user.login.failure', action: { status: 'denied' } }).event.action).toEqual({
      status: 'denied',
    });
  });

  it('keeps actor and outcome apart in events that are otherwise the same (trap 18)', () => {
    const failed = accepted({ type: 'user.login.failure', id: ID, actor: { type: 'user', id: 'a' } }).event;
    const denied = accepted({ type: 'user.login.failure', id: ID, actor: { type: 'user', id: 'b' } }).event;
    expect(failed).not.toEqual(denied);
  });

  it('names the changed members', () => {
    const before = { same: { a: 1, b: [1, { c: 2 }] }, gone: null, zero: 0, list: [1, 2] };
    const after = { same: { b: [1, { c: 2 }], a: 1 }, new: null, zero: -0, list: [2, 1] };
    expect(accepted({ type: 'a', data: { before, after } }).event.data?.fields).toEqual([
      'gone',
      'list',
      'new',
    ]);
    expect(accepted({ type: 'a', data: { before, after, fields: ['x'] } }).event.data?.fields).toEqual(['x']);
    expect(accepted({ type: 'a', data: { before } }).event.data).toEqual({ before });
    expect(accepted({ type: 'a', data: { before, after: before } }).event.data?.fields).toEqual([]);
  });

  it('takes personal out of the event', () => {
    const declared = [{ subject: 'u-1', paths: ['/data/after/phone', '/not/there'] }];
    const { event, personal } = accepted({ type: 'a', personal: declared });
    expect(personal).toEqual(declared);
    expect(event).not.toHaveProperty('personal');
  });

  it('keeps every member that was accepted (trap 22)', () => {
    const members = {
      actor: { type: 'agent', id: 'a', on_behalf_of: { type: 'user', id: 'u', name: 'U' } },
      action: { verb: 'x', status: 'partial', error: 'e' },
      target: { type: 't', id: 'i', name: 'n', metadata: { m: 1 } },
      context: { project_id: 'p', location: { country: 'DE' } },
      http: { method: 'GET', status_code: 200 },
      data: { metadata: { m: 2 } },
      ai: { model: 'm', tools_used: ['t'] },
      compliance: { findings: [{ details: { d: 1 } }] },
      security: { encryption_used: true, pii_detected: false },
      performance: { memory_used_mb: 1.5 },
      metadata: { anything: ['else'] },
    };
    expect(accepted({ type: 'a', ...members }).event).toMatchObject(members);
  });

  it('does not change what it was given, and says the same when asked again', () => {
    const sent = Object.freeze({
      type: 'user.login.failure',
      actor: Object.freeze({ type: 'user', id: 'u' }),
      data: Object.freeze({ before: Object.freeze({ a: 1 }), after: Object.freeze({ a: 2 }) }),
    });
    const { event } = accepted(sent);
    expect(accepted(event).event).toEqual(event);
  });
});

describe('refusing', () => {
  it('lists all mistakes of an event at once', () => {
    const problems = problemsOf({
      type: 'A',
      seq: 1,
      foo: 2,
      actor: { type: 'robot' },
      http: { status_code: 99 },
    });
    expect(problems.map(({ code, path }) => `${code} ${path}`).sort()).toEqual([
      'bad_format /type',
      'not_allowed /actor/type',
      'out_of_range /http/status_code',
      'reserved_member /seq',
      'unknown_member /foo',
    ]);
    for (const { expected, detail, path } of problems) {
      expect(expected).not.toBe('');
      expect(detail).toContain(path);
      expect(detail).toContain(expected);
    }
  });

  it('never says what the values were', () => {
    const secret = 'hunter2-and-a-phone-number';
    const bad = {
      type: secret,
      actor: { type: secret, ip_address: secret },
      metadata: { a: `${secret}\0` },
      id: secret,
    };
    expect(JSON.stringify(problemsOf(bad))).not.toContain(secret);
    expect(JSON.stringify(problemsOf({ type: 'a', metadata: bad.metadata }))).not.toContain(secret);
  });

  it('costs little and says little, however much is wrong (trap 21)', () => {
    // Each about what fits into the largest body.
    const members = Object.fromEntries(
      Array.from({ length: 300_000 }, (_, index) => [`m${index}`, Number.NaN]),
    );
    const floods = [
      { type: 'a', ...members },
      { type: 'a', actor: members },
      { type: 'a', metadata: members },
      {
        type: 'a',
        ai: { tools_used: new Array(1_000_000).fill(1), state_keys: new Array(1_000_000).fill('') },
      },
      { type: 'a', compliance: { findings: Array.from({ length: 300_000 }, () => ({ x: 1, status: 2 })) } },
      { type: 'a', personal: Array.from({ length: 300_000 }, () => ({ paths: ['', '', ''] })) },
    ];
    for (const flood of floods) {
      const startedAt = performance.now();
      expect(problemsOf(flood).length).toBeLessThanOrEqual(20);
      expect(problemsOf(flood).length).toBeGreaterThan(0);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    }
  });

  it('cuts endless member names', () => {
    const [only] = problemsOf({ type: 'a', ['x'.repeat(1_000_000)]: 1 });
    expect(only?.path.length).toBeLessThan(200);
    expect(only?.detail.length).toBeLessThan(400);
  });
});
