import { EVENT_CATALOGUE, isReservedType } from '@attestry/core';
import { auditActor } from '../audit/self-audit.ts';
import type { Caller } from '../auth/caller.ts';
import { ApiError, notFound } from '../errors/api-error.ts';
import type { EventSchemaRow } from '../schemas/custom-type.ts';
import type { Operations } from './operations.ts';

/** A custom event type as it is shown. */
export interface SchemaView {
  readonly type: string;
  readonly version: number;
  readonly schema: object;
  readonly category?: string;
  readonly severity?: string;
  readonly description?: string;
  readonly created_at: string;
  readonly created_by: string;
}

/** What a custom type is made from. */
export interface SchemaInput {
  readonly type: string;
  readonly schema: object;
  readonly category?: string;
  readonly severity?: string;
  readonly description?: string;
}

function viewOf(row: EventSchemaRow): SchemaView {
  const { createdAtMs, createdBy, ...rest } = row;
  return { ...rest, created_at: new Date(createdAtMs).toISOString(), created_by: createdBy };
}

/** The types in force. */
export function listSchemas(ops: Operations, caller: Caller): { readonly schemas: readonly SchemaView[] } {
  return { schemas: (ops.schemas.of(caller.tenant)?.list() ?? []).map(viewOf) };
}

/** All versions of a type, oldest first. */
export function getSchema(
  ops: Operations,
  caller: Caller,
  type: string,
): { readonly type: string; readonly versions: readonly SchemaView[] } {
  const versions = ops.schemas.of(caller.tenant)?.versions(type) ?? [];
  if (versions.length === 0) throw notFound(`The custom type ${type}`);
  return { type, versions: versions.map(viewOf) };
}

/** Adds a type or a new version of one. Built-in types keep their meaning and cannot be redefined. */
export async function addSchema(ops: Operations, caller: Caller, input: SchemaInput): Promise<SchemaView> {
  if (Object.hasOwn(EVENT_CATALOGUE, input.type)) {
    throw new ApiError('conflict', `${input.type} is built in; choose another name.`, { path: '/type' });
  }
  if (isReservedType(input.type)) {
    const detail = `/type ${input.type} is only for what the server records about the log itself; choose another name.`;
    throw new ApiError('invalid_request', detail, { path: '/type' });
  }
  const row = await ops.schemas.add(caller.tenant, {
    ...input,
    createdAtMs: ops.now(),
    createdBy: caller.key.id,
  });
  const { actor, personal } = auditActor(caller.key, caller.address);
  await ops.audit.record(caller.tenant, {
    type: 'settings.updated',
    actor,
    action: { verb: row.version === 1 ? 'create' : 'update', status: 'success' },
    target: { type: 'event_schema', id: row.type },
    context: { service: 'attestry' },
    metadata: { version: row.version },
    ...(personal.length === 0 ? {} : { personal }),
  });
  return viewOf(row);
}
