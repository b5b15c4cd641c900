import { auditActor } from '../audit/self-audit.ts';
import type { ApiKey } from '../auth/api-key.ts';
import { parseToken } from '../auth/api-key-token.ts';
import type { Caller } from '../auth/caller.ts';
import { type OpenSession, type Session, type SessionIdentity, secretSinceMs } from '../auth/sessions.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Operations } from './operations.ts';

/** A session that was begun: its caller, and the token for the cookie, which is shown to nobody. */
export interface SignedIn {
  readonly caller: Caller;
  readonly token: string;
}

/**
 * Begins a session for whoever has an API key.
 *
 * @param address the client's address
 * @throws {ApiError} `unauthenticated`, the same for every reason
 */
export async function signInWithKey(ops: Operations, keyText: string, address: string): Promise<SignedIn> {
  const outcome = ops.keys.authenticate(keyText, address);
  if (typeof outcome === 'string') {
    const id = parseToken(keyText)?.id;
    ops.metrics.countSignIn('api_key', 'failure');
    ops.audit.noteSignInFailure(
      id === undefined ? undefined : ops.keys.find(id)?.key,
      address,
      `api key ${outcome}`,
    );
    throw new ApiError('unauthenticated', 'This API key is not valid here and now.');
  }
  const { key } = outcome;
  return signIn(ops, {
    key,
    address,
    identity: { kind: 'api_key', keyId: key.id, secretSinceMs: secretSinceMs(key) },
  });
}

/** Begins a session; the log has it before the browser does. */
export async function signIn(
  ops: Operations,
  who: { readonly key: ApiKey; readonly address: string; readonly identity: SessionIdentity },
): Promise<SignedIn> {
  const { key, address, identity } = who;
  const { token, id } = await ops.sessions.begin(key.tenant, identity);
  const opened = ops.sessions.open(token, address);
  if (typeof opened === 'string') throw new ApiError('unauthenticated', 'The session ended as it began.');
  const caller: Caller = { key, rights: opened.rights, tenant: key.tenant, address, session: opened };
  try {
    await record(ops, caller, opened.session, { type: 'user.login.success', verb: 'login' });
  } catch (error) {
    await ops.sessions.end(id);
    throw error;
  }
  ops.metrics.countSignIn(identity.kind, 'success');
  return { caller, token };
}

/** Where the browser goes to sign out of the identity provider too; `undefined`: nowhere. */
async function logoutUrl(ops: Operations, { identity }: Session): Promise<string | undefined> {
  return identity.kind === 'oidc' ? ops.oidc?.provider.endSessionUrl() : undefined;
}

/** Ends the caller's session. @returns where to sign out of the identity provider too, if anywhere */
export async function signOut(ops: Operations, caller: Caller): Promise<string | undefined> {
  const { id, session } = sessionOf(caller);
  await ops.sessions.end(id);
  await record(ops, caller, session, { type: 'user.logout', verb: 'logout' });
  return logoutUrl(ops, session);
}

/** Ends every session of whoever owns the caller's. @returns as `signOut` */
export async function signOutEverywhere(ops: Operations, caller: Caller): Promise<string | undefined> {
  const { session } = sessionOf(caller);
  const sessions = await ops.sessions.endAll(session);
  await record(ops, caller, session, { type: 'user.logout', verb: 'logout', sessions });
  return logoutUrl(ops, session);
}

function sessionOf({ session }: Caller): OpenSession {
  if (session === undefined)
    throw new ApiError(
      'invalid_request',
      'This request came with a key, not with a session: nothing to sign out of.',
    );
  return session;
}

interface SignInEvent {
  readonly type: string;
  readonly verb: string;
  /** How many ended. */
  readonly sessions?: number;
}

async function record(
  ops: Operations,
  { key, address }: Pick<Caller, 'key' | 'address'>,
  session: Session,
  { type, verb, sessions }: SignInEvent,
): Promise<void> {
  await ops.audit.record(key.tenant, sessionEvent(key, session, { type, verb, address, sessions }));
}

/** An event about a session, by whoever it belongs to. */
export function sessionEvent(
  key: ApiKey,
  session: Session,
  about: {
    readonly type: string;
    readonly verb: string;
    readonly address?: string;
    readonly sessions?: number | undefined;
  },
): object {
  const { actor, personal } = auditActor(key, about.address);
  return {
    type: about.type,
    actor: { ...actor, session_id: session.ref },
    action: { verb: about.verb, status: 'success' },
    target: { type: 'console', id: key.tenant },
    context: { service: 'attestry' },
    metadata: {
      method: session.identity.kind,
      ...(about.sessions === undefined ? {} : { sessions: about.sessions }),
    },
    ...(personal.length === 0 ? {} : { personal }),
  };
}
