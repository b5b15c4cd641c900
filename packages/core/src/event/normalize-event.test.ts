import { describe, expect, it } from 'vitest';
import { accepted, eventWith, ID, NOW_MS, problemsOf, refusal } from '../../test/event-cases.ts';
import { normalizeEvent } from './normalize-event.ts';

const FREE_OBJECTS = [
  '/metadata',
  '/data/before',
  '/data/after',
  '/data/metadata',
  '/target/metadata',
  '/compliance/findings/0/details',
];

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

  it('keeps the types that tell of the log itself for the server', () => {
    expect(refusal({ type: 'audit_log.viewed' })).toEqual(['reserved_type', '/type']);
    expect(refusal({ type: 'audit_log.anything' })).toEqual(['reserved_type', '/type']);
    expect(refusal({ type: 'audit_logs.viewed' })).toBeUndefined();
    expect(refusal({ type: 'imported.audit_log.viewed' })).toBeUndefined();
    const own = { tenantId: 'acme', nowMs: NOW_MS, newId: () => ID, isOwn: true };
    expect(normalizeEvent({ type: 'audit_log.viewed' }, own).ok).toBe(true);
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
      const problems = problemsOf(flood);
      // About 0.1 s on an idle machine; unbounded, it was a minute.
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.length).toBeLessThanOrEqual(20);
    }
  });

  it('cuts endless member names', () => {
    const [only] = problemsOf({ type: 'a', ['x'.repeat(1_000_000)]: 1 });
    expect(only?.path.length).toBeLessThan(200);
    expect(only?.detail.length).toBeLessThan(400);
  });
});
