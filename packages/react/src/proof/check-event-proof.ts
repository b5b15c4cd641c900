import {
  bytesToHex,
  type Checkpoint,
  type CryptoProvider,
  hashLeaf,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseRecord,
  parseTlogProof,
  utf8Decode,
  verifyInclusion,
} from '@attestry/core';
import type { EventView } from '../event/event-view.ts';
import type { EventProof, ProofMaterial, ProofStep } from './event-proof.ts';

/**
 * Proves that an event is in a log: the record hashes to the leaf that the event carries, it says what the event says,
 * the path leads from the leaf to a root, and the log's key signed that root. Nothing is taken from the server's word.
 *
 * @param now a clock in ms, for the duration alone
 */
export function checkEventProof(
  crypto: CryptoProvider,
  material: ProofMaterial,
  now: () => number,
): EventProof {
  const { event, recordBytes, proofText, log } = material;
  const proof = parseTlogProof(proofText);
  const checkpoint = parseCheckpoint(parseNote(proof.checkpointNote).text);
  const leafHash = hashLeaf(crypto, recordBytes);
  const steps: ProofStep[] = [recordStep(event, leafHash), sameStep(event, recordBytes)];
  const startedAt = now();
  const included =
    proof.index === event.seq &&
    verifyInclusion(crypto, {
      leafIndex: proof.index,
      treeSize: checkpoint.size,
      leafHash,
      proof: proof.hashes,
      root: checkpoint.root,
    });
  const durationMs = now() - startedAt;
  steps.push({ name: 'leaf', ok: included, value: String(proof.hashes.length) });
  steps.push(signedStep(crypto, proof.checkpointNote, checkpoint, log));
  return {
    ok: steps.every(({ ok }) => ok),
    steps,
    recordBytes: recordBytes.length,
    hashes: proof.hashes.length,
    size: checkpoint.size,
    origin: checkpoint.origin,
    durationMs,
  };
}

function recordStep(event: EventView, leafHash: Uint8Array): ProofStep {
  const computed = bytesToHex(leafHash);
  return { name: 'record', ok: computed === event.hash, value: computed };
}

/** Members that the server adds to what was stored. */
const ADDED: ReadonlySet<string> = new Set([
  'seq',
  'recorded_at',
  'hash',
  'prev_hash',
  'redacted',
  'erased',
  'verification',
]);

/**
 * Compares the event with the record, member by member. Only sealed members are shown and not in the record, so where
 * the record has no seal there may be none.
 */
function sameStep(event: EventView, recordBytes: Uint8Array): ProofStep {
  const failed = (detail: string): ProofStep => ({ name: 'same', ok: false, value: '0', detail });
  const text = utf8Decode(recordBytes);
  const parsed = text === undefined ? undefined : parseRecord(text);
  if (parsed?.ok !== true) return failed('');
  const { record } = parsed;
  if (record.type !== 'event') return failed('/type');
  if (record.seq !== event.seq) return failed('/seq');
  if (record.at !== event.recorded_at) return failed('/recorded_at');
  const shown = Object.fromEntries(Object.entries(event).filter(([name]) => !ADDED.has(name)));
  const comparison: Comparison = { added: 0, differing: undefined };
  compare(record.data, shown, '', comparison);
  if (comparison.differing !== undefined) return failed(comparison.differing);
  if (comparison.added > 0 && record.seals.length === 0)
    return failed(firstAdded(record.data, shown, '') ?? '');
  return { name: 'same', ok: true, value: String(comparison.added) };
}

interface Comparison {
  /** Members that are shown and not in the record. */
  added: number;
  /** Path of the first member of the record that is shown differently, or not at all. */
  differing: string | undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function compare(stored: unknown, shown: unknown, path: string, result: Comparison): void {
  if (!isObject(stored) || !isObject(shown) || Array.isArray(stored) !== Array.isArray(shown)) {
    // Numbers compare as they print: JSON has no negative zero to tell apart here.
    if (stored !== shown) result.differing ??= path;
    return;
  }
  for (const name of Object.keys(stored)) compare(stored[name], shown[name], `${path}/${name}`, result);
  for (const name of Object.keys(shown)) if (!Object.hasOwn(stored, name)) result.added += 1;
}

function firstAdded(stored: unknown, shown: unknown, path: string): string | undefined {
  if (!isObject(stored) || !isObject(shown)) return undefined;
  for (const name of Object.keys(shown)) {
    const here = `${path}/${name}`;
    if (!Object.hasOwn(stored, name)) return here;
    const below = firstAdded(stored[name], shown[name], here);
    if (below !== undefined) return below;
  }
  return undefined;
}

function signedStep(
  crypto: CryptoProvider,
  note: string,
  checkpoint: Checkpoint,
  log: ProofMaterial['log'],
): ProofStep {
  try {
    openCheckpoint(crypto, note, { origin: log.origin, logVkeys: [log.vkey] });
    return { name: 'signed', ok: true, value: checkpoint.origin };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name: 'signed', ok: false, value: checkpoint.origin, detail };
  }
}
