import type { StoreFinding } from '@attestry/core';
import { FatalError } from '../errors.ts';
import type { BlindIndexer } from '../keys/blind-indexer.ts';
import type { KeyRing } from '../keys/key-ring.ts';

const KEYS_PER_READ = 1_000;

/** A data key with everything that is stored of it. */
interface KeyRow {
  readonly kid: string;
  readonly sub: string;
  readonly subjectIndex: Uint8Array | null;
  readonly wrapped: Uint8Array | null;
  readonly subjectSealed: Uint8Array | null;
}

/** The stored keys of one tenant. */
export interface KeyRows {
  hasIndexKey(): boolean | Promise<boolean>;
  /** Whether anything is stored that was made with the index key. */
  needsIndexKey(): boolean | Promise<boolean>;
  /** In the order of their ids, at most `limit` of those after `after`. */
  dataKeys(after: string, limit: number): readonly KeyRow[] | Promise<readonly KeyRow[]>;
}

/** Where the keys are that are checked. */
export interface KeyCheckParts {
  readonly keyRing: KeyRing;
  readonly rows: KeyRows;
  readonly tenant: string;
}

/**
 * Checks the tables of keys: each live data key must name its subject, sealed under itself, and be found by that
 * subject's fingerprint, or the next event of the subject would get a second key and an erasure would miss the first.
 * Whether the keys open the envelopes is checked with the records.
 */
export async function* keyFindings(parts: KeyCheckParts): AsyncGenerator<StoreFinding, void> {
  const indexer = await openIndexer(parts);
  if (indexer === 'changed') {
    const detail = 'the key of the blind indexes was changed: it does not open with the master key';
    yield { code: 'SEAL_KEY_MISSING', field: 'index_key', detail };
  } else if (indexer === 'absent' && (await parts.rows.needsIndexKey())) {
    const detail =
      'the key of the blind indexes is gone: events are not found by actor, address or target, and those columns cannot be compared';
    yield { code: 'SEAL_KEY_MISSING', field: 'index_key', detail };
  }
  for (let after = ''; ; ) {
    const keys = await parts.rows.dataKeys(after, KEYS_PER_READ);
    for (const key of keys) yield* findingsOf(parts, key, indexer);
    const last = keys.at(-1);
    if (last === undefined) return;
    after = last.kid;
  }
}

function* findingsOf(
  { keyRing, tenant }: KeyCheckParts,
  key: KeyRow,
  indexer: BlindIndexer | 'absent' | 'changed',
): Generator<StoreFinding, void> {
  const { kid, wrapped, subjectIndex, subjectSealed } = key;
  if (wrapped === null) {
    if (subjectIndex === null && subjectSealed === null) return;
    const field = subjectIndex === null ? 'subject_sealed' : 'subject_index';
    yield {
      code: 'ERASURE_INCOMPLETE',
      field,
      detail: `the key ${kid} is destroyed and still names its subject`,
    };
    return;
  }
  if (subjectIndex === null) {
    const detail = `the live key ${kid} is not found by its subject, which would get a second one with the next event`;
    yield { code: 'SEAL_KEY_MISSING', field: 'subject_index', detail };
  }
  const opened = keyRing.openSubject(tenant, { ...key, wrapped });
  if (opened.kind === 'locked') {
    yield {
      code: 'SEAL_KEY_MISSING',
      field: 'wrapped',
      detail: `the key ${kid} does not open with the master key`,
    };
  } else if (opened.kind === 'unnamed') {
    const what =
      subjectSealed === null ? 'does not name its subject' : 'has another subject sealed than its own';
    yield { code: 'SEAL_DECRYPT', field: 'subject_sealed', detail: `the live key ${kid} ${what}` };
  } else if (opened.kind === 'named' && subjectIndex !== null && typeof indexer === 'object') {
    if (Buffer.compare(indexer.subjectIndex(opened.subjectId), subjectIndex) === 0) return;
    const detail = `the live key ${kid} is found by another subject than the one that is sealed in it`;
    yield { code: 'SEAL_KEY_MISSING', field: 'subject_index', detail };
  }
}

async function openIndexer({
  keyRing,
  rows,
  tenant,
}: KeyCheckParts): Promise<BlindIndexer | 'absent' | 'changed'> {
  if (!(await rows.hasIndexKey())) return 'absent';
  try {
    return await keyRing.indexer(tenant);
  } catch (error) {
    if (error instanceof FatalError && error.code === 'master_key_wrong') return 'changed';
    throw error;
  }
}
