import { parseRfc3339 } from '@attestry/core';
import { auditActor } from '../audit/self-audit.ts';
import type { ApiKey, KeyBounds } from '../auth/api-key.ts';
import type { Caller } from '../auth/caller.ts';
import { isNetwork } from '../auth/networks.ts';
import { judgeRoles } from '../auth/rights.ts';
import { ROLE_RIGHTS, type Role, type Scope } from '../auth/roles.ts';
import { ApiError, notFound } from '../errors/api-error.ts';
import type { Operations } from './operations.ts';

/** A key as it is shown: without anything of its secret. */
export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly environment: string;
  readonly roles: readonly Role[];
  readonly scopes?: readonly Scope[];
  readonly projects?: readonly string[];
  readonly categories?: readonly string[];
  readonly types?: readonly string[];
  readonly cidrs?: readonly string[];
  readonly subject?: string;
  readonly created_at: string;
  readonly created_by: string;
  readonly rotated_at?: string;
  readonly expires_at?: string;
  readonly revoked_at?: string;
}

/** A key with its token, which is shown this once. */
export interface NewKey {
  readonly key: KeyView;
  readonly token: string;
}

/** What a key is made from. */
export interface KeyInput extends KeyBounds {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly scopes?: readonly Scope[];
  readonly subject?: string;
  readonly expires_at?: string;
  readonly environment?: string;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function viewOf(key: ApiKey): KeyView {
  const {
    id,
    name,
    tenant,
    environment,
    roles,
    scopes,
    subject,
    createdAtMs,
    createdBy,
    rotatedAtMs,
    expiresAtMs,
    revokedAtMs,
  } = key;
  return {
    id,
    name,
    tenant,
    environment,
    roles,
    ...(scopes === undefined ? {} : { scopes }),
    ...key.bounds,
    ...(subject === undefined ? {} : { subject }),
    created_at: iso(createdAtMs),
    created_by: createdBy,
    ...(rotatedAtMs === undefined ? {} : { rotated_at: iso(rotatedAtMs) }),
    ...(expiresAtMs === undefined ? {} : { expires_at: iso(expiresAtMs) }),
    ...(revokedAtMs === undefined ? {} : { revoked_at: iso(revokedAtMs) }),
  };
}

export function listKeys(ops: Operations, caller: Caller): { readonly keys: readonly KeyView[] } {
  return { keys: ops.keys.list(caller.tenant).map(viewOf) };
}

export function getKey(ops: Operations, caller: Caller, id: string): KeyView {
  const key = ops.keys.get(caller.tenant, id);
  if (key === undefined) throw notFound(`API key ${id}`);
  return viewOf(key);
}

function invalid(path: string, detail: string): ApiError {
  return new ApiError('invalid_request', `${path} ${detail}`, { path });
}

function judgeBounds(input: KeyInput): KeyBounds {
  const { projects, categories, types, cidrs } = input;
  for (const [index, cidr] of (cidrs ?? []).entries()) {
    if (!isNetwork(cidr))
      throw invalid(`/cidrs/${index}`, 'must be an address or a network such as 10.0.0.0/8.');
  }
  const isNarrow = projects !== undefined || categories !== undefined || types !== undefined;
  const isAdmin =
    input.roles.some((role) => ROLE_RIGHTS[role].scopes.includes('admin')) &&
    (input.scopes?.includes('admin') ?? true);
  // Otherwise a narrow key could make itself a wide one.
  if (isNarrow && isAdmin)
    throw invalid(
      '/scopes',
      'must be given and leave out admin for a key bound to projects, categories or types.',
    );
  if (input.roles.includes('project_manager') && (projects === undefined || projects.length === 0)) {
    throw invalid('/projects', 'is missing: a project_manager key needs its projects.');
  }
  return {
    ...(projects === undefined ? {} : { projects }),
    ...(categories === undefined ? {} : { categories }),
    ...(types === undefined ? {} : { types }),
    ...(cidrs === undefined ? {} : { cidrs }),
  };
}

/** Scopes narrow what the roles allow; one that no role has would read as a right and give none. */
function judgeScopes({ roles, scopes = [] }: KeyInput): void {
  for (const [index, scope] of scopes.entries()) {
    if (roles.some((role) => ROLE_RIGHTS[role].scopes.includes(scope))) continue;
    const sentence = `is ${scope}, which ${roles.join(' and ')} does not have: scopes only narrow the roles.`;
    throw invalid(`/scopes/${index}`, sentence);
  }
}

function judgeInput(
  caller: Caller,
  input: KeyInput,
  nowMs: number,
): Pick<ApiKey, 'bounds'> & { expiresAtMs?: number } {
  const problem = judgeRoles(input.roles);
  if (problem !== undefined) throw invalid('/roles', `are not possible: ${problem}.`);
  if (input.roles.some((role) => ROLE_RIGHTS[role].platform) && !caller.rights.platform) {
    throw new ApiError('forbidden', 'Only a platform administrator can give the role platform_admin.', {
      path: '/roles',
    });
  }
  if (input.roles.includes('member') !== (input.subject !== undefined)) {
    throw invalid(
      '/subject',
      input.subject === undefined
        ? 'is missing: a member key names the person it belongs to.'
        : 'is for member keys only: it names the person the key belongs to.',
    );
  }
  judgeScopes(input);
  const bounds = judgeBounds(input);
  if (input.expires_at === undefined) return { bounds };
  const expiresAtMs = parseRfc3339(input.expires_at);
  if (expiresAtMs === undefined)
    throw invalid('/expires_at', 'must be an RFC 3339 time with offset, e.g. 2027-01-31T00:00:00Z.');
  if (expiresAtMs <= nowMs) throw invalid('/expires_at', 'lies in the past.');
  return { bounds, expiresAtMs };
}

/**
 * Makes a key in the caller's tenant. Nobody can give more than they have: scopes that the caller lacks are refused.
 *
 * @throws {ApiError} `invalid_request` with the member, `forbidden` for more rights than the caller's
 */
export async function createKey(ops: Operations, caller: Caller, input: KeyInput): Promise<NewKey> {
  const { bounds, expiresAtMs } = judgeInput(caller, input, ops.now());
  assertNotWidening(caller, input);
  const { key, token } = await ops.keys.create({
    tenant: caller.tenant,
    name: input.name,
    environment: input.environment ?? 'live',
    roles: input.roles,
    ...(input.scopes === undefined ? {} : { scopes: input.scopes }),
    bounds,
    ...(input.subject === undefined ? {} : { subject: input.subject }),
    createdBy: caller.key.id,
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  });
  try {
    await recordKeyChange(ops, caller, 'api_key.created', key);
  } catch (error) {
    // A key that the log knows nothing of must not work.
    await ops.keys.revoke(caller.tenant, key.id);
    throw error;
  }
  return { key: viewOf(key), token };
}

/**
 * A tenant administrator's key may be narrowed by scopes; the keys it makes may not have more. A platform
 * administrator sets tenants up, so it may give every right inside a tenant.
 */
function assertNotWidening(caller: Caller, input: KeyInput): void {
  if (caller.rights.platform) return;
  const wanted = new Set(input.roles.flatMap((role) => ROLE_RIGHTS[role].scopes));
  for (const scope of wanted) {
    const isGiven = input.scopes?.includes(scope) ?? true;
    if (isGiven && !caller.rights.scopes.has(scope)) {
      throw new ApiError('forbidden', `Your key does not have the scope ${scope}, so it cannot give it.`, {
        path: '/scopes',
      });
    }
  }
}

/** A new secret for a key; the old one stops at once. */
export async function rotateKey(ops: Operations, caller: Caller, id: string): Promise<NewKey> {
  assertMayTouch(ops, caller, id);
  const { key, token } = await ops.keys.rotate(caller.tenant, id);
  await recordKeyChange(ops, caller, 'api_key.rotated', key);
  return { key: viewOf(key), token };
}

/** Ends a key; effective with the next request. */
export async function revokeKey(ops: Operations, caller: Caller, id: string): Promise<KeyView> {
  assertMayTouch(ops, caller, id);
  const key = await ops.keys.revoke(caller.tenant, id);
  await recordKeyChange(ops, caller, 'api_key.revoked', key);
  return viewOf(key);
}

/** Rotating hands out a token, so it is as much as making the key. */
function assertMayTouch(ops: Operations, caller: Caller, id: string): void {
  const key = ops.keys.get(caller.tenant, id);
  if (key === undefined) throw notFound(`API key ${id}`);
  if (key.roles.some((role) => ROLE_RIGHTS[role].platform) && !caller.rights.platform) {
    throw new ApiError(
      'forbidden',
      'Only a platform administrator can change a key with the role platform_admin.',
    );
  }
  assertNotWidening(caller, {
    name: key.name,
    roles: key.roles,
    ...(key.scopes === undefined ? {} : { scopes: key.scopes }),
  });
}

async function recordKeyChange(ops: Operations, caller: Caller, type: string, key: ApiKey): Promise<void> {
  const { actor, personal } = auditActor(caller.key, caller.address);
  await ops.audit.record(caller.tenant, {
    type,
    actor,
    action: {
      verb: type.endsWith('created') ? 'create' : type.endsWith('rotated') ? 'update' : 'delete',
      status: 'success',
    },
    target: { type: 'api_key', id: key.id, name: key.name },
    context: { service: 'attestry' },
    metadata: {
      roles: key.roles,
      ...(key.scopes === undefined ? {} : { scopes: key.scopes }),
      bounds: key.bounds,
    },
    ...(personal.length === 0 ? {} : { personal }),
  });
}
