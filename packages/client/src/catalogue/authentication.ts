import { type Actor, type More, makeEvent, type Thing, thing } from './make-event.ts';

type AuthEvent = ReturnType<typeof makeEvent>;

/** Somebody signed in. */
export function loginSucceeded(actor: Actor, more?: More): AuthEvent {
  return makeEvent('user.login.success', { verb: 'login' }, { ...more, actor });
}

/** An attempt to sign in was refused; say why in `reason` ("wrong password"), never what was typed. */
export function loginFailed(actor: Actor, reason: string, more?: More): AuthEvent {
  const context = { ...more?.context, reason };
  return makeEvent('user.login.failure', { verb: 'login', status: 'failure' }, { ...more, actor, context });
}

export function loggedOut(actor: Actor, more?: More): AuthEvent {
  return makeEvent('user.logout', { verb: 'logout' }, { ...more, actor });
}

export function sessionExpired(actor: Actor, more?: More): AuthEvent {
  return makeEvent('user.session.expired', { verb: 'logout' }, { ...more, actor });
}

export function passwordChanged(actor: Actor, more?: More): AuthEvent {
  return makeEvent('user.password.changed', { verb: 'update' }, { ...more, actor });
}

/** A forgotten password was replaced; the actor is who did it, the user whose it is. */
export function passwordReset(user: Thing, more?: More): AuthEvent {
  return makeEvent('user.password.reset', { verb: 'update', target: thing('user', user) }, more);
}

export function mfaEnabled(user: Thing, more?: More): AuthEvent {
  return makeEvent('user.mfa.enabled', { verb: 'update', target: thing('user', user) }, more);
}

export function mfaDisabled(user: Thing, more?: More): AuthEvent {
  return makeEvent('user.mfa.disabled', { verb: 'update', target: thing('user', user) }, more);
}

/** A sign-in at an identity provider was begun, came back, or broke off. */
export function ssoInitiated(provider: string, more?: More): AuthEvent {
  return makeEvent('sso.initiated', { verb: 'login', status: 'in_progress' }, withProvider(provider, more));
}

export function ssoCompleted(actor: Actor, provider: string, more?: More): AuthEvent {
  return makeEvent('sso.completed', { verb: 'login' }, { ...withProvider(provider, more), actor });
}

export function ssoFailed(provider: string, reason: string, more?: More): AuthEvent {
  const event = withProvider(provider, more);
  return makeEvent(
    'sso.failed',
    { verb: 'login', status: 'failure' },
    { ...event, context: { ...event.context, reason } },
  );
}

/** Somebody begins to act as another user. */
export function impersonationStarted(actor: Actor, user: Thing, reason: string, more?: More): AuthEvent {
  const context = { ...more?.context, reason };
  return makeEvent(
    'user.impersonated',
    { verb: 'execute', target: thing('user', user) },
    { ...more, actor, context },
  );
}

/** An API key by its id; never the key itself. */
export function apiKeyCreated(key: Thing, more?: More): AuthEvent {
  return makeEvent('api_key.created', { verb: 'create', target: thing('api_key', key) }, more);
}

export function apiKeyRotated(key: Thing, more?: More): AuthEvent {
  return makeEvent('api_key.rotated', { verb: 'update', target: thing('api_key', key) }, more);
}

export function apiKeyRevoked(key: Thing, more?: More): AuthEvent {
  return makeEvent('api_key.revoked', { verb: 'delete', target: thing('api_key', key) }, more);
}

function withProvider(provider: string, more: More | undefined): More {
  return { ...more, metadata: { ...more?.metadata, provider } };
}
