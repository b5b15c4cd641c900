import type { Caller } from '../auth/caller.ts';
import type { Role, Scope } from '../auth/roles.ts';
import type { Operations } from './operations.ts';

/** Who asks, and what they may do: what a console needs before it shows anything. */
export interface Me {
  readonly tenant: { readonly id: string; readonly name?: string };
  readonly key: { readonly id: string; readonly name: string; readonly expires_at?: string };
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
  const { key, rights, tenant, session } = caller;
  const name = ops.tenants.get(tenant)?.name;
  return {
    tenant: { id: tenant, ...(name === undefined ? {} : { name }) },
    key: {
      id: key.id,
      name: key.name,
      ...(key.expiresAtMs === undefined ? {} : { expires_at: iso(key.expiresAtMs) }),
    },
    roles: key.roles,
    scopes: [...rights.scopes],
    personal: rights.personal,
    platform: rights.platform,
    sees_all: rights.seesAll,
    ...(key.subject === undefined ? {} : { subject: key.subject }),
    ...(rights.scopes.has('events:read') ? await logOf(ops, tenant, rights.seesAll) : {}),
    ...(session === undefined ? {} : { session: sessionOf(ops, session) }),
    server: { version: ops.version },
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
