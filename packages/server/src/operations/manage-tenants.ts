import { auditActor } from '../audit/self-audit.ts';
import type { Caller } from '../auth/caller.ts';
import { isTenantId, SYSTEM_TENANT, type Tenant } from '../auth/tenants.ts';
import { ApiError, notFound } from '../errors/api-error.ts';
import type { Operations } from './operations.ts';

/** A tenant with the state of its log. */
export interface TenantView {
  readonly id: string;
  readonly name?: string;
  readonly created_at: string;
  readonly created_by: string;
  /** `undefined` members are left out while the log cannot be read. */
  readonly origin?: string;
  readonly size?: number;
  /** Key that signs the log's checkpoints now (C2SP vkey). */
  readonly vkey?: string;
}

async function viewOf(ops: Operations, tenant: Tenant): Promise<TenantView> {
  const head = await ops.ledger.head(tenant.id);
  return {
    id: tenant.id,
    ...(tenant.name === undefined ? {} : { name: tenant.name }),
    created_at: new Date(tenant.createdAtMs).toISOString(),
    created_by: tenant.createdBy,
    ...(head === undefined ? {} : { origin: head.origin, size: head.size, ...keyOf(ops, head.origin) }),
  };
}

function keyOf(ops: Operations, origin: string): { readonly vkey?: string } {
  const [vkey] = ops.ledger.vkeys(origin);
  return vkey === undefined ? {} : { vkey };
}

export async function listTenants(ops: Operations): Promise<{ readonly tenants: readonly TenantView[] }> {
  const tenants: TenantView[] = [];
  for (const tenant of ops.tenants.list()) tenants.push(await viewOf(ops, tenant));
  return { tenants };
}

export async function getTenant(ops: Operations, id: string): Promise<TenantView> {
  const tenant = ops.tenants.get(id);
  if (tenant === undefined) throw notFound(`Tenant ${id}`);
  return viewOf(ops, tenant);
}

/**
 * Makes a tenant: its log first (genesis), then its name, so that a crash between the two leaves a log nobody can
 * reach yet, and the same call again completes it.
 *
 * @throws {ApiError} `conflict` when it exists
 */
export async function createTenant(
  ops: Operations,
  caller: Caller,
  input: { readonly id: string; readonly name?: string },
): Promise<TenantView> {
  if (!isTenantId(input.id)) {
    throw new ApiError(
      'invalid_request',
      '/id must be 1 to 100 of A-Z a-z 0-9 . _ - and not begin with "_".',
      { path: '/id' },
    );
  }
  if (ops.tenants.has(input.id))
    throw new ApiError('conflict', `Tenant ${input.id} exists.`, { path: '/id' });
  await ops.ledger.createLog(input.id);
  const tenant: Tenant = {
    id: input.id,
    ...(input.name === undefined ? {} : { name: input.name }),
    createdAtMs: ops.now(),
    createdBy: caller.key.id,
  };
  await ops.tenants.add(tenant);
  const { actor, personal } = auditActor(caller.key, caller.address);
  await ops.audit.record(SYSTEM_TENANT, {
    type: 'tenant.created',
    category: 'admin',
    severity: 'medium',
    actor,
    action: { verb: 'create', status: 'success' },
    target: { type: 'tenant', id: tenant.id, ...(tenant.name === undefined ? {} : { name: tenant.name }) },
    context: { service: 'attestry' },
    ...(personal.length === 0 ? {} : { personal }),
  });
  return viewOf(ops, tenant);
}
