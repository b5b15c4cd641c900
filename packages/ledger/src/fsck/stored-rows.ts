import { HASH_BYTES, type SourceSeal, type StoreFinding } from '@attestry/core';
import { FatalError } from '../errors.ts';
import type { KeyRing, ReadingKey } from '../keys/key-ring.ts';

/** An envelope as a store keeps it; `sub` and `kid` are absent when its data key does not exist. */
export interface StoredEnvelope {
  readonly index: number;
  readonly sub: string | undefined;
  readonly kid: string | undefined;
  readonly envelope: Uint8Array;
}

/** Records that are no events have one column only, the time. */
export function timeFinding(seq: number, text: string, atMs: number): StoreFinding | undefined {
  const at = /^\{"at":"([^"]*)"/.exec(text)?.[1];
  if (at === undefined || Date.parse(at) === atMs) return undefined;
  const shown = Number.isFinite(atMs) ? new Date(atMs).toISOString() : String(atMs);
  return { code: 'PROJECTION', seq, field: 'at', detail: `column says ${shown}, record says ${at}` };
}

/** Keys by their ids: all at once; one by one when one of them does not unwrap, so that the others are still read. */
export async function openKeys(
  keyRing: KeyRing,
  tenant: string,
  kids: readonly string[],
): Promise<ReadonlyMap<string, ReadingKey>> {
  try {
    return await keyRing.keysByKid(tenant, kids);
  } catch (error) {
    // Changed, or wrapped by another master key: for its envelopes that is as if it were gone.
    if (!(error instanceof FatalError) || error.code !== 'master_key_wrong') throw error;
    if (kids.length === 1) return new Map();
  }
  const opened = new Map<string, ReadingKey>();
  for (const kid of kids) {
    for (const [name, key] of await openKeys(keyRing, tenant, [kid])) opened.set(name, key);
  }
  return opened;
}

export function toSeal(seal: StoredEnvelope): SourceSeal {
  const { index, envelope } = seal;
  return { index, sub: seal.sub ?? '', kid: seal.kid ?? '', envelope };
}

/** The row of the key is gone, and with it the subject: the record still says whose the envelope at this place is. */
export function keyless(seal: StoredEnvelope, text: string | undefined): SourceSeal {
  const { index, envelope } = seal;
  const refs = text === undefined ? [] : sealRefs(text);
  return { index, sub: refs[index]?.sub ?? '', kid: '', envelope };
}

function sealRefs(text: string): readonly { readonly sub?: string }[] {
  try {
    const { seals } = JSON.parse(text) as { readonly seals?: unknown };
    return Array.isArray(seals) ? seals : [];
  } catch {
    // A text that is no record has a finding of its own.
    return [];
  }
}

export function splitHashes(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / HASH_BYTES);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}
