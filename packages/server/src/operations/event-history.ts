import type { Caller } from '../auth/caller.ts';
import { findVisibleEvent } from './find-visible-event.ts';
import type { Operations } from './operations.ts';

/** A later record that concerns an event. */
export interface HistoryEntry {
  readonly type: 'note' | 'erasure' | 'prune' | 'hold';
  readonly seq: number;
  readonly recorded_at: string;
  readonly detail: object;
}

/** What happened to an event after it was recorded. */
export interface EventHistory {
  readonly id: string;
  readonly seq: number;
  readonly entries: readonly HistoryEntry[];
}

/** The erasures of people in the event, as its own view names them; notes and holds join when their verbs exist. */
export async function eventHistory(ops: Operations, caller: Caller, id: string): Promise<EventHistory> {
  const { view, seq } = await findVisibleEvent(ops, caller, id);
  ops.audit.noteRead(caller, 'audit_log.viewed', 'eventHistory');
  const entries: HistoryEntry[] = [];
  for (const erased of view.erased ?? []) {
    const [record] = await ops.ledger.readRecords(caller.tenant, erased.seq, erased.seq + 1);
    if (record?.text === undefined) continue;
    const { at } = JSON.parse(record.text) as { at: string };
    entries.push({ type: 'erasure', seq: erased.seq, recorded_at: at, detail: { sub: erased.sub } });
  }
  return { id: view.id, seq, entries };
}
