import { equalBytes } from '@attestry/core';
import { GROUP_CHARS_MAX, GROUP_EVENTS_MAX } from '../limits.ts';
import type { LedgerStore, LogAppend } from '../ports/ledger-store.ts';
import type { LinkedBatch, OpenLog } from './open-log.ts';
import type { PendingRecord } from './pending-record.ts';

/** Records of one log that go into one transaction. */
export interface GroupPart {
  readonly log: OpenLog;
  readonly records: readonly PendingRecord[];
}

/** What one transaction takes. */
export interface CommitGroup {
  readonly parts: readonly GroupPart[];
  /** Times this group failed with an error. */
  readonly failures: number;
  /** Times it was sent again because somebody else had moved a head. */
  readonly moves: number;
}

/** A group that was numbered and sent. */
export interface SentGroup {
  /** Order of sending. */
  readonly serial: number;
  readonly group: CommitGroup;
  readonly batches: readonly { readonly log: OpenLog; readonly batch: LinkedBatch }[];
}

/**
 * Takes the next group from the waiting logs: every log its fair share, then whoever has more. Logs that were served
 * go to the end of the line.
 *
 * @param waiting logs with a queue; those that become empty are taken out
 */
export function takeGroup(waiting: Set<OpenLog>): CommitGroup {
  const share = Math.max(1, Math.floor(GROUP_EVENTS_MAX / waiting.size));
  const taken = new Map<OpenLog, PendingRecord[]>();
  let room = GROUP_EVENTS_MAX;
  let chars = 0;
  for (const quota of [share, GROUP_EVENTS_MAX]) {
    for (const log of [...waiting]) {
      if (room === 0 || chars >= GROUP_CHARS_MAX) break;
      let count = 0;
      const countMax = Math.min(quota, room, log.queue.length);
      while (count < countMax && chars < GROUP_CHARS_MAX) {
        chars += (log.queue[count] as PendingRecord).dataJson.length;
        count += 1;
      }
      const records = log.queue.splice(0, count);
      room -= count;
      const before = taken.get(log);
      if (before === undefined) taken.set(log, records);
      else before.push(...records);
      waiting.delete(log);
      if (log.queue.length > 0) waiting.add(log);
    }
  }
  return { parts: [...taken].map(([log, records]) => ({ log, records })), failures: 0, moves: 0 };
}

/** Records in a group, of all its logs. */
export function recordsOf(group: CommitGroup): number {
  return group.parts.reduce((sum, { records }) => sum + records.length, 0);
}

/**
 * Divides a group that keeps failing, so that one record nobody can write does not take the others along: first by
 * log, then each log's records in the middle.
 *
 * @returns one or two groups, in the order in which they must be sent
 */
export function splitGroup(group: CommitGroup): readonly CommitGroup[] {
  const { parts, failures, moves } = group;
  if (parts.length > 1) {
    const middle = Math.ceil(parts.length / 2);
    return [parts.slice(0, middle), parts.slice(middle)].map((half) => ({ parts: half, failures, moves }));
  }
  const part = parts[0];
  if (part === undefined || part.records.length < 2) return [group];
  const middle = Math.ceil(part.records.length / 2);
  return [part.records.slice(0, middle), part.records.slice(middle)].map((records) => ({
    parts: [{ log: part.log, records }],
    failures,
    moves,
  }));
}

/**
 * Whether a batch whose append failed is in the log nevertheless. Decided by what is stored, never by what the error
 * says: the batch was linked on a certain head, so it is there exactly if its last leaf is where it was to be. A log
 * that is shorter than the batch expected is no surprise: the batch before it may have failed.
 */
export async function isApplied(store: LedgerStore, append: LogAppend): Promise<boolean> {
  const { before, after } = append;
  if (after.size === before.size) return false;
  const head = await store.readHead(before.tenant);
  if (head === undefined || head.size < after.size) return false;
  const leaf = await store.readLeafHashes(before.tenant, after.size - 1, after.size);
  return equalBytes(leaf, after.lastHash);
}
