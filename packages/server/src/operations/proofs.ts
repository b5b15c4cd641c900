import { bytesToHex, parseCheckpoint, parseNote } from '@attestry/core';
import type { Caller } from '../auth/caller.ts';
import { ApiError, invalidParameter, notFound } from '../errors/api-error.ts';
import { findVisibleEvent } from './find-visible-event.ts';
import type { Operations } from './operations.ts';

/** Why a record is in a tree. */
export interface InclusionProof {
  readonly origin: string;
  readonly seq: number;
  readonly size: number;
  readonly leaf_hash: string;
  /** Sibling hashes from the leaf upwards, hex. */
  readonly hashes: readonly string[];
}

/** Why a larger tree continues a smaller one. */
export interface ConsistencyProof {
  readonly origin: string;
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly string[];
}

/** `c2sp.org/tlog-proof@v1` of an event, with the newest checkpoint that covers it. */
export async function eventProof(ops: Operations, caller: Caller, id: string): Promise<string> {
  const { seq } = await findVisibleEvent(ops, caller, id);
  ops.audit.noteRead(caller, 'audit_log.viewed', 'eventProof');
  const proof = await ops.ledger.proofFile(caller.tenant, seq);
  if (proof === undefined)
    throw new ApiError(
      'not_found',
      `The event is in the log, but no signed checkpoint covers it yet: ask again in a second.`,
    );
  return proof;
}

/** The signed tree a proof is for: every size that is named must have been signed, so that its root is evidence. */
async function signedSize(
  ops: Operations,
  tenant: string,
  size: number | undefined,
  parameter: string,
): Promise<{ size: number; origin: string }> {
  const checkpoint =
    size === undefined
      ? await ops.ledger.latestCheckpoint(tenant)
      : await ops.ledger.checkpointAt(tenant, size);
  if (checkpoint === undefined) {
    throw size === undefined
      ? new ApiError('not_found', 'No checkpoint of this log is signed yet: ask again in a second.')
      : new ApiError(
          'not_found',
          `No checkpoint of size ${size} was signed; GET /v1/checkpoints lists the sizes there are.`,
          { path: parameter },
        );
  }
  return { size: checkpoint.size, origin: parseCheckpoint(parseNote(checkpoint.note).text).origin };
}

/** Inclusion of record `seq` in the tree of `size` (newest checkpoint when absent). */
export async function inclusion(
  ops: Operations,
  caller: Caller,
  input: { readonly seq: number; readonly size?: number | undefined },
): Promise<InclusionProof> {
  const { size, origin } = await signedSize(ops, caller.tenant, input.size, 'size');
  if (input.seq >= size)
    throw invalidParameter(
      'seq',
      `The parameter seq is ${input.seq}, but the tree has ${size} records, numbered from 0.`,
    );
  const [record] = await ops.ledger.readRecords(caller.tenant, input.seq, input.seq + 1);
  if (record === undefined) throw notFound(`Record ${input.seq}`);
  const hashes = await ops.ledger.inclusionProof(caller.tenant, input.seq, size);
  return {
    origin,
    seq: input.seq,
    size,
    leaf_hash: bytesToHex(record.leafHash),
    hashes: hashes.map((hash) => bytesToHex(hash)),
  };
}

/** Consistency of the trees of two checkpoints. */
export async function consistency(
  ops: Operations,
  caller: Caller,
  input: { readonly from: number; readonly to?: number | undefined },
): Promise<ConsistencyProof> {
  const { size: to, origin } = await signedSize(ops, caller.tenant, input.to, 'to');
  if (input.from > to)
    throw invalidParameter('from', `The parameter from (${input.from}) is larger than to (${to}).`);
  await signedSize(ops, caller.tenant, input.from, 'from');
  const hashes = await ops.ledger.consistencyProof(caller.tenant, input.from, to);
  return { origin, from: input.from, to, hashes: hashes.map((hash) => bytesToHex(hash)) };
}
