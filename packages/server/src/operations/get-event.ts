import {
  bytesToHex,
  type EventView,
  hashLeaf,
  parseCheckpoint,
  parseNote,
  utf8Encode,
  verifyInclusion,
} from '@attestry/core';
import { nodeCrypto } from '@attestry/ledger';
import type { Caller } from '../auth/caller.ts';
import { type FoundEvent, findVisibleEvent } from './find-visible-event.ts';
import type { Operations } from './operations.ts';

/** Whether an event is what was signed: see `verification` of the event view. */
type Verification = NonNullable<EventView['verification']>;

/** An event with its verification against the newest signed checkpoint. */
export async function getEvent(ops: Operations, caller: Caller, id: string): Promise<EventView> {
  const found = await findVisibleEvent(ops, caller, id);
  ops.audit.noteRead(caller, 'audit_log.viewed', 'getEvent');
  const verification = await ops.metrics.time('getEvent', () => verifyEvent(ops, caller.tenant, found));
  return { ...found.view, verification };
}

/**
 * Hashes the stored bytes and follows the inclusion proof up to the root that was signed: nothing that the store says
 * about itself is believed (trap 2).
 */
async function verifyEvent(ops: Operations, tenant: string, found: FoundEvent): Promise<Verification> {
  const { seq, text, leafHashHex } = found;
  const leafHash = hashLeaf(nodeCrypto, utf8Encode(text));
  const hash = bytesToHex(leafHash);
  const checkpoint = await ops.ledger.latestCheckpoint(tenant);
  if (checkpoint === undefined || checkpoint.size <= seq) {
    return { status: hash === leafHashHex ? 'pending' : 'failed', hash, seq, checkpoint: null };
  }
  const { root } = parseCheckpoint(parseNote(checkpoint.note).text);
  const proof = await ops.ledger.inclusionProof(tenant, seq, checkpoint.size);
  const claim = { leafIndex: seq, treeSize: checkpoint.size, leafHash, proof, root };
  const isIncluded = hash === leafHashHex && verifyInclusion(nodeCrypto, claim);
  return {
    status: isIncluded ? 'verified' : 'failed',
    hash,
    seq,
    checkpoint: { size: checkpoint.size, signed_at: new Date(checkpoint.signedAtMs).toISOString() },
  };
}
