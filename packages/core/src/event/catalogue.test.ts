import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogueEntry, EVENT_CATALOGUE, impliedStatus } from './catalogue.ts';
import { EVENT_TYPE_PATTERN } from './event-schema.ts';
import { EVENT_CATEGORIES, EVENT_SEVERITIES } from './words.ts';

const shared = process.env['ATTESTRY_SHARED'] ?? join(import.meta.dirname, '../../../../../shared');
const brief = join(shared, 'event.md');

describe('the catalogue', () => {
  it.skipIf(!existsSync(brief))(
    'has exactly the types of the brief, in their categories (skipped: no ../shared)',
    () => {
      const section = readFileSync(brief, 'utf8').split('## Catalogue')[1]?.split('\n## ')[0] ?? '';
      const listed = [...section.matchAll(/^- \[(\w+)\] `([^`]+)`/gm)].flatMap(([, category, names]) =>
        (names ?? '').split(' ').map((name) => [name, category] as const),
      );
      expect(listed.length).toBeGreaterThan(150);
      const ours = Object.entries(EVENT_CATALOGUE).map(([name, { category }]) => [name, category]);
      expect(ours.sort()).toEqual(listed.sort());
    },
  );

  it('has well-formed names, known words and one sentence for each type', () => {
    for (const [name, entry] of Object.entries(EVENT_CATALOGUE)) {
      expect(name).toMatch(new RegExp(EVENT_TYPE_PATTERN));
      expect(EVENT_CATEGORIES).toContain(entry.category);
      expect(EVENT_SEVERITIES).toContain(entry.severity);
      expect(entry.description, name).toMatch(/^[A-Z][^.]+\.$/);
    }
  });

  it.each([
    ['document.viewed', 'info'],
    ['user.login.success', 'info'],
    ['document.uploaded', 'low'],
    ['settings.updated', 'low'],
    ['document.deleted', 'medium'],
    ['document.shared', 'medium'],
    ['trace.exported', 'medium'],
    ['permission.granted', 'medium'],
    ['user.role.changed', 'medium'],
    ['api_key.rotated', 'medium'],
    ['retention_policy.updated', 'medium'],
    ['user.login.failure', 'high'],
    ['sso.failed', 'high'],
    ['permission.denied', 'high'],
    ['security.brute_force.detected', 'critical'],
    ['security.api_key.compromised', 'critical'],
  ])('%s is %s', (name, severity) => {
    expect(catalogueEntry(name)?.severity).toBe(severity);
  });

  it('knows no names of object members', () => {
    expect(catalogueEntry('constructor')).toBeUndefined();
    expect(catalogueEntry('__proto__')).toBeUndefined();
  });
});

describe('impliedStatus', () => {
  it.each([
    ['user.login.success', 'success'],
    ['user.login.failure', 'failure'],
    ['agent.tool.failed', 'failure'],
    ['workflow.timeout', 'failure'],
    ['system.error', 'failure'],
    ['permission.denied', 'denied'],
    ['payment.failed', 'failure'],
    ['failed', 'failure'],
  ])('%s says %s', (type, status) => {
    expect(impliedStatus(type)).toBe(status);
  });

  it.each([
    'document.deleted',
    'workflow.completed',
    'security.unauthorized_access',
    'failed.over',
    'user.failedover',
  ])('%s says no outcome (trap 23)', (type) => {
    expect(impliedStatus(type)).toBeUndefined();
  });
});
