import { type EventInput, normalizeEvent } from '@attestry/core';
import { describe, expect, it } from 'vitest';
import { projectEvent } from './project-event.ts';

/** A blind index that can be read: the test sees what would be fingerprinted. */
const seen: string[] = [];
const blind = (kind: string, value: string): bigint => {
  const text = `${kind}=${value}`;
  const known = seen.indexOf(text);
  return BigInt(known < 0 ? seen.push(text) - 1 : known);
};
const shown = (index: bigint | null): string | null =>
  index === null ? null : (seen[Number(index)] ?? 'unknown');

function columnsOf(input: EventInput) {
  const result = normalizeEvent(input, {
    tenantId: 'acme',
    nowMs: Date.UTC(2026, 0, 2),
    newId: () => '0199b000-0000-7000-8000-000000000000',
  });
  if (!result.ok) {
    throw new Error(JSON.stringify(result.problems));
  }
  return projectEvent(result.event, blind);
}

describe('projectEvent', () => {
  it('gives every column of a full event its member', () => {
    const columns = columnsOf({
      type: 'document.edited',
      occurred_at: '2026-01-01T01:00:00+01:00',
      actor: { type: 'user', id: 'u', email: 'Alice@Example.COM', ip_address: '192.0.2.7', session_id: 's' },
      action: { verb: 'update', status: 'denied' },
      target: { type: 'document', id: 'd' },
      context: { project_id: 'p', request_id: 'r', correlation_id: 'c', parent_id: 'pa' },
      http: { status_code: 403 },
      ai: { execution_id: 'e' },
      compliance: { traffic_light_status: 'red' },
    });
    const blinded = Object.fromEntries(
      Object.entries(columns).map(([name, value]) => [
        name,
        typeof value === 'bigint' ? shown(value) : value,
      ]),
    );
    expect(blinded).toEqual({
      occurredAtMs: Date.UTC(2026, 0, 1),
      type: 'document.edited',
      category: 'data',
      severity: 'medium',
      status: 'denied',
      verb: 'update',
      project: 'p',
      actorType: 'user',
      actor: 'actor=u',
      actorEmail: 'actorEmail=alice@example.com',
      ip: 'ip=192.0.2.7',
      ipNet: 'ipNet=192.0.2.0/24',
      ipWide: 'ipWide=192.0.0.0/16',
      session: 'session=s',
      targetType: 'document',
      target: 'target=d',
      requestId: 'requestId=r',
      correlationId: 'correlationId=c',
      parentId: 'parentId=pa',
      executionId: 'executionId=e',
      httpStatus: 403,
      trafficLight: 'red',
    });
  });

  it('leaves what an event does not say empty (trap 23)', () => {
    const { occurredAtMs, type, category, severity, ...others } = columnsOf({ type: 'document.viewed' });
    expect({ occurredAtMs, type, category, severity }).toEqual({
      occurredAtMs: Date.UTC(2026, 0, 2),
      type: 'document.viewed',
      category: 'data',
      severity: 'info',
    });
    expect(Object.values(others).every((value) => value === null)).toBe(true);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7', '192.0.2.0/24', '192.0.0.0/16'],
    ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.0/24', '192.0.0.0/16'],
    ['::FFFF:C000:0207', '192.0.2.7', '192.0.2.0/24', '192.0.0.0/16'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['2001:0db8:0001:0002:0000:0000:0000:0006', '2001:db8:1:2::6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['::1', '::1', '::/64', '::/48'],
  ])('writes %s in one way', (address, ip, ipNet, ipWide) => {
    const columns = columnsOf({ type: 'a', actor: { type: 'service', ip_address: address } });
    expect([columns.ip, columns.ipNet, columns.ipWide].map(shown)).toEqual([
      `ip=${ip}`,
      `ipNet=${ipNet}`,
      `ipWide=${ipWide}`,
    ]);
  });
});
