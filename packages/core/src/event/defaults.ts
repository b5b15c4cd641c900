import { catalogueEntry } from './catalogue.ts';
import {
  type ActionStatus,
  EVENT_CATEGORIES,
  EVENT_SEVERITIES,
  type EventCategory,
  type EventSeverity,
} from './words.ts';

/** Category of types outside the catalogue, by their first segment. */
const FAMILIES: ReadonlyMap<string, EventCategory> = new Map<string, EventCategory>([
  ...EVENT_CATEGORIES.map((category) => [category, category] as const),
  ...family('auth', ['sso', 'token', 'api_key', 'login', 'session']),
  ...family('admin', ['user', 'role', 'permission', 'organization', 'billing', 'audit_log']),
  ...family('config', [
    'project',
    'settings',
    'retention_policy',
    'alert_rule',
    'secret',
    'evaluator',
    'test_suite',
  ]),
  ...family('data', ['document', 'file', 'record', 'trace', 'dataset']),
  ...family('ai', ['workflow', 'agent', 'llm', 'rag']),
  ...family('eval', ['evaluation', 'benchmark', 'baseline']),
  ...family('compliance', ['standard', 'analysis']),
  ...family('system', ['frontend']),
]);

/** What a type outside the catalogue is about when its first segment does not say: things of your own are data. */
const OTHER_CATEGORY: EventCategory = 'data';

/** Severity of types outside the catalogue, by their last segment; others are info. */
const SEVERITY_BY_LAST_SEGMENT: ReadonlyMap<string, EventSeverity> = new Map<string, EventSeverity>([
  ...each('low', ['created', 'updated', 'changed', 'edited', 'added', 'uploaded', 'imported']),
  ...each('medium', [
    'deleted',
    'removed',
    'purged',
    'exported',
    'shared',
    'granted',
    'revoked',
    'rotated',
    'assigned',
  ]),
  ...each('medium', ['failed', 'failure', 'error', 'timeout']),
  ...each('high', ['denied']),
]);

/** The category of a type: the catalogue's, else by its first segment, else `data`. */
export function defaultCategory(type: string): EventCategory {
  const dot = type.indexOf('.');
  const first = dot < 0 ? type : type.slice(0, dot);
  return catalogueEntry(type)?.category ?? FAMILIES.get(first) ?? OTHER_CATEGORY;
}

/** What the default severity depends on. */
export interface SeveritySource {
  readonly type: string;
  readonly category: EventCategory;
  readonly status: ActionStatus | undefined;
  readonly httpStatus: number | undefined;
}

/**
 * The severity of an event that says none: the type's own, raised by its result. An HTTP status of 400 or more speaks
 * for the result (5xx high, 401, 403 and 429 medium, other 4xx low); without one, denied access, failed sign-ins and
 * failed accesses to secrets are high.
 */
export function defaultSeverity(source: SeveritySource): EventSeverity {
  const lastSegment = source.type.slice(source.type.lastIndexOf('.') + 1);
  const own = catalogueEntry(source.type)?.severity ?? SEVERITY_BY_LAST_SEGMENT.get(lastSegment) ?? 'info';
  const byResult = httpSeverity(source.httpStatus) ?? outcomeSeverity(source);
  return higherOf(own, byResult);
}

function httpSeverity(httpStatus: number | undefined): EventSeverity | undefined {
  if (httpStatus === undefined || httpStatus < 400) {
    return undefined;
  }
  if (httpStatus >= 500) {
    return 'high';
  }
  return httpStatus === 401 || httpStatus === 403 || httpStatus === 429 ? 'medium' : 'low';
}

function outcomeSeverity({ type, category, status }: SeveritySource): EventSeverity {
  const isGuarded = category === 'auth' || type.startsWith('secret.');
  return status === 'denied' || (status === 'failure' && isGuarded) ? 'high' : 'info';
}

function higherOf(a: EventSeverity, b: EventSeverity): EventSeverity {
  return EVENT_SEVERITIES.indexOf(a) >= EVENT_SEVERITIES.indexOf(b) ? a : b;
}

function family(category: EventCategory, segments: readonly string[]): (readonly [string, EventCategory])[] {
  return segments.map((segment) => [segment, category]);
}

function each(severity: EventSeverity, segments: readonly string[]): (readonly [string, EventSeverity])[] {
  return segments.map((segment) => [segment, severity]);
}
