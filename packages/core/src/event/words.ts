/** What an event is about; decides who may see it and how long it is kept. */
export const EVENT_CATEGORIES = [
  'auth',
  'data',
  'config',
  'admin',
  'eval',
  'ai',
  'compliance',
  'security',
  'system',
  'performance',
  'api',
] as const;
export type EventCategory = (typeof EVENT_CATEGORIES)[number];

/** How much attention an event deserves, from the least to the most. */
export const EVENT_SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type EventSeverity = (typeof EVENT_SEVERITIES)[number];

/** Severities a client may send: `warning` is what many libraries say for `medium`. */
export const SENT_SEVERITIES = [...EVENT_SEVERITIES, 'warning'] as const;

/** What kind of being acted. */
export const ACTOR_TYPES = ['user', 'service', 'agent', 'system', 'anonymous'] as const;
export type ActorType = (typeof ACTOR_TYPES)[number];

/** How an action ended. */
export const ACTION_STATUSES = ['success', 'failure', 'denied', 'partial', 'in_progress'] as const;
export type ActionStatus = (typeof ACTION_STATUSES)[number];

/** Result of a compliance check at a glance. */
export const TRAFFIC_LIGHTS = ['green', 'amber', 'red'] as const;

/** How sensitive the data concerned is. */
export const DATA_CLASSIFICATIONS = ['public', 'internal', 'confidential', 'restricted'] as const;

/** Verbs that every reader understands; others are welcome. */
export const WELL_KNOWN_VERBS = [
  'create',
  'read',
  'update',
  'delete',
  'execute',
  'export',
  'share',
  'login',
  'logout',
  'approve',
  'deny',
] as const;
