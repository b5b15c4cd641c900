import type { JsonObject } from '../event/event-input.ts';
import { isSecretName, REDACTED } from '../redaction/secret-patterns.ts';
import { changedNames, copiedState } from '../track/changed-names.ts';
import { type More, makeEvent, type Thing, thing } from './make-event.ts';

type AdminEvent = ReturnType<typeof makeEvent>;

export function userInvited(user: Thing, more?: More): AdminEvent {
  return makeEvent('user.invited', { verb: 'create', target: thing('user', user) }, more);
}

export function userSuspended(user: Thing, reason: string, more?: More): AdminEvent {
  const context = { ...more?.context, reason };
  return makeEvent('user.suspended', { verb: 'update', target: thing('user', user) }, { ...more, context });
}

export function userReactivated(user: Thing, more?: More): AdminEvent {
  return makeEvent('user.reactivated', { verb: 'update', target: thing('user', user) }, more);
}

export function userRemoved(user: Thing, more?: More): AdminEvent {
  return makeEvent('user.removed', { verb: 'delete', target: thing('user', user) }, more);
}

/** The role of a user was changed. */
export function userRoleChanged(user: Thing, from: string, to: string, more?: More): AdminEvent {
  const data = { ...more?.data, before: { role: from }, after: { role: to }, fields: ['role'] };
  return makeEvent('user.role.changed', { verb: 'update', target: thing('user', user) }, { ...more, data });
}

export function roleAssigned(user: Thing, role: string, more?: More): AdminEvent {
  return makeEvent(
    'role.assigned',
    { verb: 'create', target: thing('user', user) },
    withMetadata(more, { role }),
  );
}

export function roleRevoked(user: Thing, role: string, more?: More): AdminEvent {
  return makeEvent(
    'role.revoked',
    { verb: 'delete', target: thing('user', user) },
    withMetadata(more, { role }),
  );
}

export function permissionGranted(user: Thing, permission: string, more?: More): AdminEvent {
  return makeEvent(
    'permission.granted',
    { verb: 'create', target: thing('user', user) },
    withMetadata(more, { permission }),
  );
}

export function permissionRevoked(user: Thing, permission: string, more?: More): AdminEvent {
  return makeEvent(
    'permission.revoked',
    { verb: 'delete', target: thing('user', user) },
    withMetadata(more, { permission }),
  );
}

/** Somebody was not let do something. */
export function permissionDenied(
  what: { readonly type: string } & Thing,
  permission: string,
  more?: More,
): AdminEvent {
  const target = thing((what as typeof what | undefined)?.type ?? 'unknown', what);
  return makeEvent(
    'permission.denied',
    { verb: 'execute', status: 'denied', target },
    withMetadata(more, { permission }),
  );
}

/**
 * Settings were changed: only the members that differ are kept, and of secrets only that they did. `before` is null for the
 * first ones.
 */
export function settingsChanged(
  settings: Thing,
  before: object | null | undefined,
  after: object | null | undefined,
  more?: More,
): AdminEvent {
  const was = (copiedState(before) ?? {}) as JsonObject;
  const is = (copiedState(after) ?? {}) as JsonObject;
  const fields = changedNames(was, is);
  const data = { ...more?.data, before: pick(was, fields), after: pick(is, fields), fields };
  return makeEvent(
    'settings.updated',
    { verb: 'update', target: thing('settings', settings) },
    { ...more, data },
  );
}

/** A secret was read; it is named by its id, never by its value. */
export function secretAccessed(secret: Thing, more?: More): AdminEvent {
  return makeEvent('secret.accessed', { verb: 'read', target: thing('secret', secret) }, more);
}

function pick(state: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names
      .filter((name) => state[name] !== undefined)
      .map((name) => [name, isSecretName(name) ? REDACTED : state[name]]),
  );
}

function withMetadata(more: More | undefined, metadata: JsonObject): More {
  return { ...more, metadata: { ...more?.metadata, ...metadata } };
}
