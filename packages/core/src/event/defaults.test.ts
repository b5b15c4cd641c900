import { describe, expect, it } from 'vitest';
import { defaultCategory, defaultSeverity, type SeveritySource } from './defaults.ts';

const source = (overrides: Partial<SeveritySource>): SeveritySource => ({
  type: 'document.viewed',
  category: 'data',
  status: undefined,
  httpStatus: undefined,
  ...overrides,
});

describe('defaultCategory', () => {
  it.each([
    ['user.login.success', 'auth'],
    ['user.created', 'admin'],
    ['permission.denied', 'security'],
    // Outside the catalogue: by the first segment, a category or a known family.
    ['security.port_scan', 'security'],
    ['compliance', 'compliance'],
    ['user.avatar.changed', 'admin'],
    ['sso.linked', 'auth'],
    ['rag.index.dropped', 'ai'],
    ['frontend.click', 'system'],
    ['invoice.paid', 'data'],
    ['documents.viewed', 'data'],
    ['constructor', 'data'],
  ])('%s is about %s', (type, category) => {
    expect(defaultCategory(type)).toBe(category);
  });
});

describe('defaultSeverity', () => {
  it.each([
    ['document.viewed', 'info'],
    ['invoice.paid', 'info'],
    ['invoice.created', 'low'],
    ['invoice.deleted', 'medium'],
    ['invoice.failed', 'medium'],
    ['invoice.denied', 'high'],
  ] as const)('of %s is %s', (type, severity) => {
    expect(defaultSeverity(source({ type }))).toBe(severity);
  });

  it.each([
    [599, 'high'],
    [500, 'high'],
    [499, 'low'],
    [429, 'medium'],
    [404, 'low'],
    [403, 'medium'],
    [401, 'medium'],
    [400, 'low'],
    [399, 'info'],
    [200, 'info'],
  ] as const)('of an api.request answered with %i is %s', (httpStatus, severity) => {
    expect(defaultSeverity(source({ type: 'api.request', category: 'api', httpStatus }))).toBe(severity);
  });

  it('never falls below that of the type', () => {
    expect(defaultSeverity(source({ type: 'document.deleted', httpStatus: 404 }))).toBe('medium');
    expect(defaultSeverity(source({ type: 'security.api_key.compromised', httpStatus: 500 }))).toBe(
      'critical',
    );
  });

  it('is high for denied access, failed sign-ins and failed accesses to secrets', () => {
    expect(defaultSeverity(source({ status: 'denied' }))).toBe('high');
    expect(defaultSeverity(source({ type: 'token.refreshed', category: 'auth', status: 'failure' }))).toBe(
      'high',
    );
    expect(defaultSeverity(source({ type: 'secret.accessed', category: 'config', status: 'failure' }))).toBe(
      'high',
    );
    expect(defaultSeverity(source({ status: 'failure' }))).toBe('info');
  });

  it('lets the HTTP status speak for the result when both are there', () => {
    expect(defaultSeverity(source({ type: 'api.request', status: 'denied', httpStatus: 403 }))).toBe(
      'medium',
    );
  });
});
