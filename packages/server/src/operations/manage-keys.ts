import { parseRfc3339 } from '@attestry/core';
import { auditActor } from '../audit/self-audit.ts';
import type { ApiKey, KeyBounds, KeyGrant } from '../auth/api-key.ts';
import type { Caller } from '../auth/caller.ts';
import { boundsShortfall, inheritBounds, rightsShortfall, type Shortfall } from '../auth/granting.ts';
import { isNetwork } from '../auth/networks.ts';
import { judgeRoles } from '../auth/rights.ts';
import { ROLE_RIGHTS, type Role, type Scope } from '../auth/roles.ts';
import { SYSTEM_TENANT } from '../auth/tenants.ts';
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

function boundsOf({ projects, categories, types, cidrs }: KeyInput): KeyBounds {
  for (const [index, cidr] of (cidrs ?? []).entries()) {
    if (!isNetwork(cidr))
      throw invalid(`/cidrs/${index}`, 'must be an address or a network such as 10.0.0.0/8.');
  }
  return {
    ...(projects === undefined ? {} : { projects }),
    ...(categories === undefined ? {} : { categories }),
    ...(types === undefined ? {} : { types }),
    ...(cidrs === undefined ? {} : { cidrs }),
  };
}

/** @param bounds as the key will have them, the inherited ones included */
function judgeBounds(input: KeyInput, { projects, categories, types }: KeyBounds): void {
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
}

/** Scopes narrow what the roles allow; one that no role has would read as a right and give none. */
function judgeScopes({ roles, scopes = [] }: KeyInput): void {
  for (const [index, scope] of scopes.entries()) {
    if (roles.some((role) => ROLE_RIGHTS[role].scopes.includes(scope))) continue;
    const sentence = `is ${scope}, which ${roles.join(' and ')} does not have: scopes only narrow the roles.`;
    throw invalid(`/scopes/${index}`, sentence);
  }
}

function expiryOf({ expires_at }: KeyInput, nowMs: number): { readonly expiresAtMs?: number } {
  if (expires_at === undefined) return {};
  const expiresAtMs = parseRfc3339(expires_at);
  if (expiresAtMs === undefined)
    throw invalid('/expires_at', 'must be an RFC 3339 time with offset, e.g. 2027-01-31T00:00:00Z.');
  if (expiresAtMs <= nowMs) throw invalid('/expires_at', 'lies in the past.');
  return { expiresAtMs };
}

/** The key that is asked for, with the bounds it inherits from the caller's. */
function judgeInput(caller: Caller, input: KeyInput, nowMs: number): KeyGrant {
  const problem = judgeRoles(input.roles);
  if (problem !== undefined) throw invalid('/roles', `are not possible: ${problem}.`);
  if (input.roles.includes('member') !== (input.subject !== undefined)) {
    throw invalid(
      '/subject',
      input.subject === undefined
        ? 'is missing: a member key names the person it belongs to.'
        : 'is for member keys only: it names the person the key belongs to.',
    );
  }
  judgeScopes(input);
  const inherited = inheritBounds(caller.key, { bounds: boundsOf(input), ...expiryOf(input, nowMs) });
  judgeBounds(input, inherited.bounds);
  return {
    tenant: caller.tenant,
    roles: input.roles,
    ...(input.scopes === undefined ? {} : { scopes: input.scopes }),
    ...(input.subject === undefined ? {} : { subject: input.subject }),
    ...inherited,
  };
}

interface Refusal {
  readonly operation: 'createKey' | 'rotateKey' | 'revokeKey';
  readonly shortfall: Shortfall;
  readonly advice: string;
}

function refuse(ops: Operations, caller: Caller, { operation, shortfall, advice }: Refusal): never {
  const where = caller.tenant === caller.key.tenant ? '' : ` in the tenant ${caller.tenant}`;
  const reason = `Your key ${shortfall.lack}${where}`;
  ops.audit.noteDenied(caller, operation, reason);
  const options = operation === 'createKey' ? { path: shortfall.path } : {};
  throw new ApiError('forbidden', `${reason}; ${advice}`, options);
}

/**
 * Makes a key in the caller's tenant. Nobody can give more than they have, with one exception: a platform administrator
 * makes the first key of a tenant that has no administrator.
 *
 * @throws {ApiError} `invalid_request` with the member, `forbidden` for more rights than the caller's
 */
export async function createKey(ops: Operations, caller: Caller, input: KeyInput): Promise<NewKey> {
  const grant = judgeInput(caller, input, ops.now());
  const outOfBounds = boundsShortfall(caller.key, grant);
  if (outOfBounds !== undefined) {
    const advice = 'a key it makes cannot be bound less.';
    refuse(ops, caller, { operation: 'createKey', shortfall: outOfBounds, advice });
  }
  const shortfall = rightsShortfall(caller.rights, grant);
  const fields = {
    ...grant,
    name: input.name,
    environment: input.environment ?? 'live',
    createdBy: caller.key.id,
  };
  const { key, token } =
    shortfall === undefined
      ? await ops.keys.create(fields)
      : ((await createFirstKey(ops, caller, fields)) ??
        refuse(ops, caller, { operation: 'createKey', shortfall, advice: beyondRights(caller) }));
  try {
    await recordKeyChange(ops, caller, 'api_key.created', key);
    // The tenant's log says who began it, and so does the installation's, which the tenant cannot write to.
    if (shortfall !== undefined && key.tenant !== SYSTEM_TENANT)
      await recordKeyChange(ops, { ...caller, tenant: SYSTEM_TENANT }, 'api_key.created', key);
  } catch (error) {
    // A key that the log knows nothing of must not work.
    await ops.keys.revoke(caller.tenant, key.id);
    throw error;
  }
  return { key: viewOf(key), token };
}

function beyondRights({ rights }: Caller): string {
  return rights.platform
    ? 'a platform administrator makes the first key of a tenant without administrator, with the role admin alone, and that key makes the others.'
    : 'a key it makes cannot have more.';
}

/**
 * The smallest right that lets a platform administrator set a tenant up: one key, whose token it sees, and whose scopes
 * it cannot choose, so that the tenant has an administrator from then on.
 */
async function createFirstKey(
  ops: Operations,
  { rights }: Caller,
  fields: Parameters<Operations['keys']['create']>[0],
): ReturnType<Operations['keys']['createFirstAdministrator']> {
  const isAdmin = fields.roles.length === 1 && fields.roles[0] === 'admin' && fields.scopes === undefined;
  if (!rights.platform || !isAdmin) return undefined;
  return ops.exclusively('first-administrator', async () => {
    await ops.settings.refresh();
    return ops.keys.createFirstAdministrator(fields);
  });
}

/** A new secret for a key; the old one stops at once. */
export async function rotateKey(ops: Operations, caller: Caller, id: string): Promise<NewKey> {
  const existing = existingKey(ops, caller, id);
  const shortfall = rightsShortfall(caller.rights, existing) ?? boundsShortfall(caller.key, existing);
  if (shortfall !== undefined) {
    const advice = 'who rotates a key sees its new secret, so this one is for somebody with its rights.';
    refuse(ops, caller, { operation: 'rotateKey', shortfall, advice });
  }
  const { key, token } = await ops.keys.rotate(caller.tenant, id);
  await recordKeyChange(ops, caller, 'api_key.rotated', key);
  return { key: viewOf(key), token };
}

/**
 * Ends a key; effective with the next request. A key that is bound to a network or a time may revoke one that is not:
 * it takes nothing by it. A platform administrator may not revoke a tenant's administrator, and then be the first again.
 */
export async function revokeKey(ops: Operations, caller: Caller, id: string): Promise<KeyView> {
  const shortfall = rightsShortfall(caller.rights, existingKey(ops, caller, id));
  if (shortfall !== undefined) {
    const advice = 'it cannot revoke a key that has more.';
    refuse(ops, caller, { operation: 'revokeKey', shortfall, advice });
  }
  const key = await ops.keys.revoke(caller.tenant, id);
  await recordKeyChange(ops, caller, 'api_key.revoked', key);
  return viewOf(key);
}

function existingKey(ops: Operations, caller: Caller, id: string): ApiKey {
  const key = ops.keys.get(caller.tenant, id);
  if (key === undefined) throw notFound(`API key ${id}`);
  return key;
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
      // In the installation's log: which tenant it belongs to.
      ...(key.tenant === caller.tenant ? {} : { tenant: key.tenant }),
      ...(key.expiresAtMs === undefined ? {} : { expires_at: iso(key.expiresAtMs) }),
    },
    ...(personal.length === 0 ? {} : { personal }),
  });
}
