import { describe, expect, it } from 'vitest';
import { ApiError } from '../errors/api-error.ts';
import { decodeCursor, encodeCursor, queryFingerprint } from './cursor.ts';
import { derivedEventIds, newEventId } from './event-ids.ts';
import { parseFields, selectFields } from './select-fields.ts';
import { parseTimeParameter } from './time-parameter.ts';

const NOW = Date.UTC(2026, 0, 31, 12);

function refusal(work: () => unknown): ApiError {
  try {
    work();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parseTimeParameter', () => {
  it.each([
    ['2026-01-31T12:00:00Z', NOW],
    ['2026-01-31T14:00:00+02:00', NOW],
    ['2026-01-31t12:00:00.250z', NOW + 250],
    ['-24h', NOW - 86_400_000],
    ['-1w', NOW - 604_800_000],
  ])('reads %s', (text, ms) => expect(parseTimeParameter('from', text, NOW)).toBe(ms));

  it.each([
    ['2026-01-31T12:00:00', 'no time zone'],
    ['2026-01-31', '2026-01-31T00:00:00Z'],
    ['2026-01-31T14:00:00 02:00', '%2B'],
    ['2026-02-31T12:00:00Z', 'neither'],
    ['2026-01-31T24:00:00Z', 'neither'],
    ['yesterday', 'neither'],
    ['-999999999w', 'too far'],
    ['', 'neither'],
  ])('refuses %s and names the parameter (trap 36)', (text, hint) => {
    const error = refusal(() => parseTimeParameter('from', text, NOW));
    expect(error).toMatchObject({ code: 'invalid_parameter', options: { path: 'from' } });
    expect(error.message).toContain(hint);
  });
});

describe('cursors', () => {
  const fingerprint = queryFingerprint([['type', ['a']]]);

  it('come back as they were', () => {
    const cursor = { timeMs: NOW, seq: 17, backwards: true };
    expect(decodeCursor(encodeCursor(cursor, fingerprint), fingerprint)).toEqual(cursor);
  });

  it('are refused with another query, and when damaged: never silently page 1 (trap 35)', () => {
    const text = encodeCursor({ timeMs: NOW, seq: 17, backwards: false }, fingerprint);
    expect(refusal(() => decodeCursor(text, queryFingerprint([['type', ['b']]]))).message).toContain(
      'another query',
    );
    for (const damaged of ['', 'x', text.slice(1), `${text}A`, `${text}=`, 'AAAA'.repeat(9)]) {
      expect(refusal(() => decodeCursor(damaged, fingerprint)).options.path).toBe('cursor');
    }
  });
});

describe('fields', () => {
  const event = { id: '1', actor: { id: 'a', name: 'A' }, metadata: { deep: { x: 1, y: 2 } } };

  it('keeps what is named', () => {
    expect(selectFields(event, parseFields(['id,actor.id', 'metadata.deep.x']))).toEqual({
      id: '1',
      actor: { id: 'a' },
      metadata: { deep: { x: 1 } },
    });
    expect(selectFields(event, parseFields(['actor,actor.id,target.id']))).toEqual({
      actor: { id: 'a', name: 'A' },
    });
    expect(event.actor).toEqual({ id: 'a', name: 'A' });
  });

  it.each(['actr', 'metadata.__proto__', 'constructor', 'actor..id', ''])('refuses %s', (path) => {
    expect(refusal(() => parseFields([path])).options.path).toBe('fields');
  });
});

describe('event ids', () => {
  it('are UUIDv7 in order of time', () => {
    const id = newEventId(NOW);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(NOW);
    expect(new Set(Array.from({ length: 1_000 }, () => newEventId(NOW))).size).toBe(1_000);
  });

  it('derived from an Idempotency-Key are the same each time, and differ by key, position and credential', () => {
    const ids = derivedEventIds('cred', 'order-1');
    expect(ids(0)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(derivedEventIds('cred', 'order-1')(0)).toBe(ids(0));
    const others = [ids(1), derivedEventIds('cred', 'order-2')(0), derivedEventIds('other', 'order-1')(0)];
    expect(new Set([ids(0), ...others]).size).toBe(4);
  });
});
