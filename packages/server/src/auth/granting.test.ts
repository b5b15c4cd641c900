import { describe, expect, it } from 'vitest';
import type { KeyGrant } from './api-key.ts';
import { boundsShortfall, inheritBounds, rightsShortfall } from './granting.ts';
import { isNetworkWithin } from './networks.ts';
import { type Rights, rightsOf } from './rights.ts';

function grant(fields: Partial<KeyGrant>): KeyGrant {
  return { tenant: 'acme', roles: ['auditor'], bounds: {}, ...fields };
}

function rights(fields: Partial<KeyGrant>): Rights {
  return rightsOf(grant(fields), 'acme') as Rights;
}

describe('inheritBounds', () => {
  it('takes from the giver what is not given', () => {
    const giver = grant({ bounds: { projects: ['p1', 'p2'], types: ['document.*'] }, expiresAtMs: 10 });
    expect(inheritBounds(giver, { bounds: { projects: ['p1'] } })).toEqual({
      bounds: { projects: ['p1'], types: ['document.*'] },
      expiresAtMs: 10,
    });
    expect(inheritBounds(grant({}), { bounds: {} })).toEqual({ bounds: {} });
  });
});

describe('boundsShortfall', () => {
  const giver = grant({
    bounds: { projects: ['p1', 'p2'], categories: ['data'], types: ['document.*', 'user.created'] },
  });
  const within = { projects: ['p2'], categories: ['data'], types: ['document.read', 'document.page.*'] };

  it('lets narrower bounds pass', () => {
    expect(boundsShortfall(giver, grant({ bounds: within }))).toBeUndefined();
    expect(boundsShortfall(giver, grant({ bounds: giver.bounds }))).toBeUndefined();
  });

  it.each([
    [{ ...within, projects: ['p2', 'p3'] }, '/projects/1'],
    [{ ...within, categories: ['auth'] }, '/categories/0'],
    [{ ...within, types: ['documents.*'] }, '/types/0'],
    [{ ...within, types: ['user.*'] }, '/types/0'],
    [{ projects: ['p1'], categories: ['data'] }, '/types'],
  ])('names the member that is wider: %j', (bounds, path) => {
    expect(boundsShortfall(giver, grant({ bounds }))).toMatchObject({ path });
  });
});

describe('rightsShortfall', () => {
  it('compares what is seen, also where the scopes are the same', () => {
    const officer = rights({ roles: ['platform_admin', 'security_officer'] });
    expect(rightsShortfall(officer, grant({ roles: ['auditor'] }))).toMatchObject({ path: '/roles' });
    expect(rightsShortfall(officer, grant({ roles: ['security_officer'] }))).toBeUndefined();
    const alice = rights({ roles: ['platform_admin', 'member'], subject: 'alice' });
    expect(rightsShortfall(alice, grant({ roles: ['member'], subject: 'bob' }))).toBeDefined();
    expect(rightsShortfall(alice, grant({ roles: ['member'], subject: 'alice' }))).toBeUndefined();
  });

  it('lets a key have what its giver has', () => {
    for (const roles of [['admin'], ['auditor'], ['ingest'], ['platform_admin', 'admin']] as const)
      expect(rightsShortfall(rights({ roles }), grant({ roles }))).toBeUndefined();
  });
});

describe('isNetworkWithin', () => {
  it.each([
    ['10.1.0.0/16', '10.0.0.0/8', true],
    ['10.0.0.0/8', '10.1.0.0/16', false],
    ['10.0.0.0/8', '10.0.0.0/8', true],
    ['192.0.2.7', '192.0.2.0/24', true],
    ['0.0.0.0/0', '128.0.0.0/1', false],
    ['2001:db8:1::/48', '2001:db8::/32', true],
    ['2001:db8::/31', '2001:db8::/32', false],
    ['::ffff:10.0.0.1', '10.0.0.0/8', false],
    ['10.0.0.1', '::/0', false],
    ['nonsense', '0.0.0.0/0', false],
  ])('%s in %s: %s', (inner, outer, expected) => {
    expect(isNetworkWithin(inner, outer)).toBe(expected);
  });
});
