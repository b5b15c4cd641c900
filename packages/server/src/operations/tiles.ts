import { parseTilePath } from '@attestry/core';
import type { Caller } from '../auth/caller.ts';
import { rightsOf } from '../auth/rights.ts';
import { ApiError, notFound } from '../errors/api-error.ts';
import type { Operations } from './operations.ts';

/** A resource of a C2SP tlog-tiles log. */
export interface LogResource {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Full and partial tiles never change; a year is what HTTP caches take as for ever (RFC 8246). */
const IMMUTABLE = 'private, max-age=31536000, immutable';

/** The tenant of the path, if it is the caller's: the log of another one does not exist for it (trap 25, 26). */
function logTenant(ops: Operations, caller: Caller, tenant: string): string {
  const rights = tenant === caller.key.tenant ? caller.rights : rightsOf(caller.key, tenant);
  if (rights === undefined || !ops.tenants.has(tenant)) throw notFound(`Log ${tenant}`);
  if (!rights.scopes.has('verify') || !rights.seesAll)
    throw new ApiError('forbidden', 'This shows the whole log; the key may see only a part of it.');
  return tenant;
}

/** The newest checkpoint of a log, as signed. */
export async function logCheckpoint(ops: Operations, caller: Caller, tenant: string): Promise<LogResource> {
  const checkpoint = await ops.ledger.latestCheckpoint(logTenant(ops, caller, tenant));
  if (checkpoint === undefined) throw notFound('A checkpoint');
  return {
    bytes: Buffer.from(checkpoint.note),
    contentType: 'text/plain; charset=utf-8',
    cacheControl: 'no-cache',
  };
}

/**
 * A tile or entry bundle.
 *
 * @param path below `/tile/`, e.g. `0/x001/067.p/8` or `entries/000`
 * @throws {ApiError} `not_found` for paths that are none and for tiles that do not exist yet
 */
export async function logTile(
  ops: Operations,
  caller: Caller,
  tenant: string,
  path: string,
): Promise<LogResource> {
  const log = logTenant(ops, caller, tenant);
  const address = parseTilePath(`tile/${path}`);
  if (address === undefined) throw notFound('This tile');
  const { level, index, width } = address;
  ops.audit.noteRead(caller, 'audit_log.viewed', level === 'entries' ? 'logEntries' : 'logTile');
  const bytes =
    level === 'entries'
      ? await ops.ledger.entryBundle(log, index, width)
      : await ops.ledger.tile(log, level, index, width);
  if (bytes === undefined) throw notFound('This tile');
  return { bytes, contentType: 'application/octet-stream', cacheControl: IMMUTABLE };
}
