import { describe, expect, it } from 'vitest';
import { eventWith, ID, problemsOf, refusal } from './event-cases.ts';

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
