import { describe, expect, it } from 'vitest';
import type { EventCondition } from '../ports/event-query-store.ts';
import { compileFilters } from './compile-filters.ts';
import type { EventFilters } from './event-filters.ts';
import { FilterError } from './filter-error.ts';

const blind = (kind: string, value: string): bigint =>
  BigInt(`0x${Buffer.from(`${kind}=${value}`).toString('hex')}`);

const compiled = (filters: EventFilters) => compileFilters(filters, blind);
const conditions = async (filters: EventFilters): Promise<readonly EventCondition[]> =>
  (await compiled(filters)).conditions;

async function refusal(filters: object): Promise<[code: string, parameter: string]> {
  try {
    await compileFilters(filters as EventFilters, blind);
  } catch (error) {
    if (error instanceof FilterError) {
      expect(error.detail).not.toBe('');
      return [error.code, error.parameter];
    }
    throw error;
  }
  throw new Error('was accepted');
}

describe('compileFilters', () => {
  it('asks for everything when nothing is asked', async () => {
    expect(await compiled({})).toEqual({ conditions: [], time: 'occurred' });
  });

  it.each([
    ['project', 'project'],
    ['actor_type', 'actorType', 'user'],
    ['category', 'category', 'auth'],
    ['severity', 'severity', 'high'],
    ['verb', 'verb'],
    ['status', 'status', 'denied'],
    ['target_type', 'targetType'],
    ['traffic_light', 'trafficLight', 'amber'],
    ['type', 'type', 'document.viewed'],
  ])('%s is the word column %s', async (parameter, column, value = 'some word') => {
    expect(await conditions({ [parameter]: [value] })).toEqual([{ kind: 'word', column, anyOf: [value] }]);
  });

  it.each([
    ['actor', 'actor'],
    ['session', 'session'],
    ['target', 'target'],
    ['request_id', 'requestId'],
    ['correlation_id', 'correlationId'],
    ['parent_id', 'parentId'],
    ['execution_id', 'executionId'],
  ])('%s is the blind column %s', async (parameter, column) => {
    expect(await conditions({ [parameter]: ['Ab', 'c'] })).toEqual([
      { kind: 'blind', column, anyOf: [blind(column, 'Ab'), blind(column, 'c')] },
    ]);
  });

  it('finds e-mail addresses whatever their case', async () => {
    expect(await conditions({ actor_email: ['Alice@Example.com'] })).toEqual([
      { kind: 'blind', column: 'actorEmail', anyOf: [blind('actorEmail', 'alice@example.com')] },
    ]);
  });

  it('reads severities from one on upwards', async () => {
    const anyOf = async (...severity: string[]) => {
      const [condition] = await conditions({ severity });
      return condition?.kind === 'word' ? condition.anyOf : undefined;
    };
    expect(await anyOf('>=high')).toEqual(['high', 'critical']);
    expect(await anyOf('>=info')).toEqual(['info', 'low', 'medium', 'high', 'critical']);
    expect(await anyOf('low', '>=high', 'critical')).toEqual(['low', 'high', 'critical']);
  });

  it('reads types and their beginnings (trap 52)', async () => {
    expect(await conditions({ type: ['a.b', 'document.*', 'sso*', '*'] })).toEqual([
      { kind: 'typePrefix', exact: ['a.b'], prefixes: ['document.', 'sso', ''] },
    ]);
  });

  it('reads HTTP statuses and their classes', async () => {
    expect(await conditions({ http_status: ['404', '5xx', '1XX'] })).toEqual([
      {
        kind: 'httpStatus',
        ranges: [
          { from: 404, to: 404 },
          { from: 500, to: 599 },
          { from: 100, to: 199 },
        ],
      },
    ]);
  });

  it('reads metadata, regulations, addresses and full text', async () => {
    expect(
      await conditions({
        metadata: [{ path: ['order', 'id'], values: ['7', ''] }],
        regulation: ['GDPR'],
        ip: ['192.0.2.7'],
        q: 'contract -draft',
      }),
    ).toEqual([
      { kind: 'blind', column: 'ip', anyOf: [blind('ip', '192.0.2.7')] },
      { kind: 'regulation', anyOf: ['GDPR'] },
      { kind: 'metadata', path: ['order', 'id'], anyOf: ['7', ''] },
      {
        kind: 'text',
        match: { all: [{ words: ['contract'], prefix: false }], none: [{ words: ['draft'], prefix: false }] },
      },
    ]);
  });

  it('reads time spans', async () => {
    expect(await compiled({ from: 1, to: 2, time: 'recorded' })).toEqual({
      conditions: [],
      time: 'recorded',
      fromMs: 1,
      toMs: 2,
    });
    expect(await compiled({ from: -5 })).toEqual({ conditions: [], time: 'occurred', fromMs: -5 });
  });

  it.each([
    [{ actr: ['u'] }, 'unknown_parameter', 'actr'],
    [{ constructor: ['u'] }, 'unknown_parameter', 'constructor'],
    [{ sort: ['hash'] }, 'unknown_parameter', 'sort'],
    [{ actor: [] }, 'bad_value', 'actor'],
    [{ actor: [''] }, 'bad_value', 'actor'],
    [{ actor: ['a\0'] }, 'bad_value', 'actor'],
    [{ actor: ['\ud800'] }, 'bad_value', 'actor'],
    [{ actor: ['x'.repeat(1_001)] }, 'out_of_range', 'actor'],
    [{ actor: new Array(101).fill('u') }, 'too_many', 'actor'],
    [{ actor_type: ['robot'] }, 'bad_value', 'actor_type'],
    [{ category: ['auth', 'Auth'] }, 'bad_value', 'category'],
    [{ severity: ['warning'] }, 'bad_value', 'severity'],
    [{ severity: ['>=urgent'] }, 'bad_value', 'severity'],
    [{ severity: ['>high'] }, 'bad_value', 'severity'],
    [{ severity: ['>='] }, 'bad_value', 'severity'],
    [{ status: ['ok'] }, 'bad_value', 'status'],
    [{ traffic_light: ['yellow'] }, 'bad_value', 'traffic_light'],
    [{ type: ['Document.viewed'] }, 'bad_value', 'type'],
    [{ type: ['document.'] }, 'bad_value', 'type'],
    [{ type: ['*.viewed'] }, 'bad_value', 'type'],
    [{ type: ['a**'] }, 'bad_value', 'type'],
    [{ http_status: ['099'] }, 'bad_value', 'http_status'],
    [{ http_status: ['600'] }, 'bad_value', 'http_status'],
    [{ http_status: ['6xx'] }, 'bad_value', 'http_status'],
    [{ http_status: ['40x'] }, 'bad_value', 'http_status'],
    [{ ip: ['example.com'] }, 'bad_value', 'ip'],
    [{ ip: ['::/0'] }, 'too_broad', 'ip'],
    [{ q: '' }, 'bad_value', 'q'],
    [{ metadata: [{ path: [], values: ['x'] }] }, 'bad_value', 'metadata.'],
    [{ metadata: [{ path: ['a', ''], values: ['x'] }] }, 'bad_value', 'metadata.a.'],
    [{ metadata: [{ path: ['a'], values: [] }] }, 'bad_value', 'metadata.a'],
    [
      { metadata: [{ path: new Array(33).fill('a'), values: ['x'] }] },
      'out_of_range',
      `metadata.${new Array(33).fill('a').join('.')}`,
    ],
    [{ time: 'created' }, 'bad_value', 'time'],
    [{ from: Number.NaN }, 'bad_value', 'from'],
    [{ to: 1.5 }, 'bad_value', 'to'],
    [{ from: 2, to: 2 }, 'out_of_range', 'to'],
    [{ from: 3, to: 2 }, 'out_of_range', 'to'],
  ])('refuses %j, naming the parameter (trap 36)', async (filters, code, parameter) => {
    expect(await refusal(filters)).toEqual([code, parameter]);
  });

  it('does not repeat what was asked for in its errors', async () => {
    const error: unknown = await compiled({ actor_type: ['alice@example.com'] }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(FilterError);
    expect(String(error)).not.toContain('alice');
  });
});
