import { bytesToHex, parseCheckpoint, parseNote } from '@attestry/core';
import type { StoredCheckpoint } from '@attestry/ledger';
import type { Caller } from '../auth/caller.ts';
import { invalidParameter, notFound } from '../errors/api-error.ts';
import { CHECKPOINTS_PAGE_MAX, PAGE_EVENTS_DEFAULT } from '../limits.ts';
import type { Operations } from './operations.ts';

const DATE_PATTERN = /^\d{4}-\d{2}-\d{2}$/;
const SIZE_PATTERN = /^(?:0|[1-9]\d{0,15})$/;
const DAY_MS = 86_400_000;

/** A checkpoint as it was signed, with the members of its text beside it. */
export interface CheckpointView {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly signed_at: string;
  /** The signed note (C2SP). Only this is evidence. */
  readonly note: string;
}

function viewOf(stored: StoredCheckpoint): CheckpointView {
  const { origin, size, root } = parseCheckpoint(parseNote(stored.note).text);
  return {
    origin,
    size,
    root: bytesToHex(root),
    signed_at: new Date(stored.signedAtMs).toISOString(),
    note: stored.note,
  };
}

/** Checkpoints of the log by size, newest first unless asked otherwise. */
export async function listCheckpoints(
  ops: Operations,
  caller: Caller,
  input: {
    readonly from?: number | undefined;
    readonly to?: number | undefined;
    readonly order?: 'asc' | 'desc' | undefined;
    readonly limit?: number | undefined;
  },
): Promise<{ readonly checkpoints: readonly CheckpointView[] }> {
  if (input.from !== undefined && input.to !== undefined && input.from > input.to)
    throw invalidParameter('from', `The parameter from (${input.from}) is larger than to (${input.to}).`);
  const range = {
    sizeFrom: input.from ?? 0,
    sizeTo: input.to ?? Number.MAX_SAFE_INTEGER,
    order: input.order ?? 'desc',
    limit: Math.min(input.limit ?? PAGE_EVENTS_DEFAULT, CHECKPOINTS_PAGE_MAX),
  };
  const stored = await ops.ledger.listCheckpoints(caller.tenant, range);
  return { checkpoints: stored.map(viewOf) };
}

/**
 * One checkpoint: `latest`, by its size, or the last one of a day (UTC).
 *
 * @throws {ApiError} `not_found` when none was signed there; `invalid_parameter` for anything else
 */
export async function getCheckpoint(ops: Operations, caller: Caller, name: string): Promise<CheckpointView> {
  const stored = await findCheckpoint(ops, caller.tenant, name);
  if (stored === undefined) throw notFound(`Checkpoint ${name}`);
  return viewOf(stored);
}

function findCheckpoint(
  ops: Operations,
  tenant: string,
  name: string,
): Promise<StoredCheckpoint | undefined> {
  if (name === 'latest') return ops.ledger.latestCheckpoint(tenant);
  if (DATE_PATTERN.test(name)) return lastOfDay(ops, tenant, name);
  if (SIZE_PATTERN.test(name)) return ops.ledger.checkpointAt(tenant, Number(name));
  throw invalidParameter(
    'name',
    `A checkpoint is named "latest", by its size, or by a day such as 2026-01-31.`,
  );
}

/** Sizes grow with time, so the day is found by halving: at most 50 reads of one row each. */
async function lastOfDay(
  ops: Operations,
  tenant: string,
  day: string,
): Promise<StoredCheckpoint | undefined> {
  const startMs = Date.parse(`${day}T00:00:00.000Z`);
  if (Number.isNaN(startMs) || new Date(startMs).toISOString().slice(0, 10) !== day)
    throw invalidParameter('name', `${day} is not a day.`);
  const latest = await ops.ledger.latestCheckpoint(tenant);
  let low = 0;
  let high = latest?.size ?? 0;
  let found: StoredCheckpoint | undefined;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const [checkpoint] = await ops.ledger.listCheckpoints(tenant, {
      sizeFrom: middle,
      sizeTo: high,
      order: 'asc',
      limit: 1,
    });
    if (checkpoint === undefined || checkpoint.signedAtMs >= startMs + DAY_MS) {
      high = middle - 1;
    } else {
      found = checkpoint;
      low = checkpoint.size + 1;
    }
  }
  return found !== undefined && found.signedAtMs >= startMs ? found : undefined;
}
