import type { ApiKey } from '../auth/api-key.ts';
import type { Caller } from '../auth/caller.ts';
import type { Role, Scope } from '../auth/roles.ts';
import type { Operations } from './operations.ts';

/** Who asks, and what they may do: what a console needs before it shows anything. */
export interface Me {
  readonly tenant: { readonly id: string; readonly name?: string };
  /** Not told to pages with a viewer token, which have nothing to do with the key of their backend. */
  readonly key?: { readonly id: string; readonly name: string; readonly expires_at?: string };
  /** None with a viewer token. */
  readonly roles: readonly Role[];
  readonly scopes: readonly Scope[];
  /** Sees sealed members. */
  readonly personal: boolean;
  readonly platform: boolean;
  /** Sees the whole log; only then are there tiles and verification. */
  readonly sees_all: boolean;
  readonly subject?: string;
  /** With what proofs are checked, for every reader; how large it is, for readers of all of it. */
  readonly log?: { readonly origin: string; readonly size?: number; readonly vkey?: string };
  readonly session?: {
    readonly method: 'api_key' | 'oidc';
    readonly created_at: string;
    readonly idle_expires_at: string;
    readonly expires_at: string;
  };
  readonly server: { readonly version: string };
}

/** The caller, as they may see themselves. */
export async function me(ops: Operations, caller: Caller): Promise<Me> {
  const { rights, tenant, session } = caller;
  const name = ops.tenants.get(tenant)?.name;
  return {
    tenant: { id: tenant, ...(name === undefined ? {} : { name }) },
    ...(caller.viewer === undefined ? keyOf(caller.key) : { roles: [] }),
    scopes: [...rights.scopes],
    personal: rights.personal,
    platform: rights.platform,
    sees_all: rights.seesAll,
    ...(rights.scopes.has('events:read') ? await logOf(ops, tenant, rights.seesAll) : {}),
    ...(session === undefined ? {} : { session: sessionOf(ops, session) }),
    server: { version: ops.version },
  };
}

function keyOf({ id, name, expiresAtMs, roles, subject }: ApiKey): Pick<Me, 'key' | 'roles' | 'subject'> {
  return {
    key: { id, name, ...(expiresAtMs === undefined ? {} : { expires_at: iso(expiresAtMs) }) },
    roles,
    ...(subject === undefined ? {} : { subject }),
  };
}

async function logOf(ops: Operations, tenant: string, withSize: boolean): Promise<Pick<Me, 'log'>> {
  const head = await ops.ledger.head(tenant);
  if (head === undefined) return {};
  const [vkey] = ops.ledger.vkeys(head.origin);
  const { origin, size } = head;
  return { log: { origin, ...(withSize ? { size } : {}), ...(vkey === undefined ? {} : { vkey }) } };
}

function sessionOf(ops: Operations, session: NonNullable<Caller['session']>): NonNullable<Me['session']> {
  const { idleAtMs, atMs } = ops.sessions.endsOf(session);
  return {
    method: session.session.identity.kind,
    created_at: iso(session.session.createdAtMs),
    idle_expires_at: iso(idleAtMs),
    expires_at: iso(atMs),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
