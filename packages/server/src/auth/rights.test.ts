import { describe, expect, it } from 'vitest';
import type { ApiKey } from './api-key.ts';
import { NetworkSet } from './networks.ts';
import { judgeRoles, matchesType, rightsOf } from './rights.ts';

function key(fields: Partial<ApiKey>): ApiKey {
  return {
    id: 'k',
    tenant: 'acme',
    name: 'k',
    environment: 'live',
    secretSha256: '',
    roles: ['admin'],
    bounds: {},
    createdAtMs: 0,
    createdBy: 'x',
    ...fields,
  };
}

describe('rightsOf', () => {
  it('gives an admin everything in its tenant and nothing elsewhere (trap 25)', () => {
    const admin = key({});
    expect(rightsOf(admin, 'acme')).toMatchObject({
      personal: true,
      platform: false,
      seesAll: true,
      view: {},
    });
    expect(rightsOf(admin, 'other')).toBeUndefined();
  });

  it('gives a platform administrator other tenants without their personal data and without writing', () => {
    const both = key({ roles: ['platform_admin', 'admin'] });
    expect(rightsOf(both, 'acme')).toMatchObject({ personal: true, platform: true });
    const elsewhere = rightsOf(both, 'other');
    expect(elsewhere).toMatchObject({ personal: false, platform: true, seesAll: true });
    expect(elsewhere?.scopes.has('events:write')).toBe(false);
  });

  it.each([
    ['security_officer', {}, { categories: ['security', 'auth', 'compliance'] }],
    ['project_manager', { bounds: { projects: ['p1'] } }, { projects: ['p1'] }],
    ['member', { subject: 'alice' }, { actor: 'alice' }],
  ] as const)('narrows what a %s sees', (role, fields, view) => {
    expect(rightsOf(key({ roles: [role], ...fields }), 'acme')).toMatchObject({ view, seesAll: false });
  });

  it('shows nothing to an ingest key, and to a member key without a person', () => {
    expect(rightsOf(key({ roles: ['ingest'] }), 'acme')?.view).toBeUndefined();
    expect(rightsOf(key({ roles: ['member'] }), 'acme')?.view).toBeUndefined();
  });

  it('lets scopes and bounds only narrow', () => {
    const rights = rightsOf(
      key({ roles: ['auditor'], scopes: ['events:read', 'admin'], bounds: { types: ['document.*'] } }),
      'acme',
    );
    expect([...(rights?.scopes ?? [])]).toEqual(['events:read']);
    expect(rights).toMatchObject({ view: { types: ['document.*'] }, seesAll: false });
  });

  it('refuses roles whose views would mix', () => {
    expect(judgeRoles(['member', 'project_manager'])).toContain('cannot be on one key');
    expect(judgeRoles([])).toBeDefined();
    expect(judgeRoles(['platform_admin', 'admin', 'ingest'])).toBeUndefined();
  });
});

describe('matchesType', () => {
  it('takes a prefix only where one is written (trap 52)', () => {
    expect(matchesType('document.uploaded', ['document.*'])).toBe(true);
    expect(matchesType('documents.uploaded', ['document.*'])).toBe(false);
    expect(matchesType('document.uploaded.again', ['document.uploaded'])).toBe(false);
  });
});

describe('NetworkSet', () => {
  it('knows addresses in both families', () => {
    const networks = new NetworkSet(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']);
    for (const inside of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1', '192.0.2.7'])
      expect(networks.has(inside)).toBe(true);
    for (const outside of ['11.0.0.1', '2001:db9::1', '192.0.2.8', 'nonsense', ''])
      expect(networks.has(outside)).toBe(false);
  });
});
