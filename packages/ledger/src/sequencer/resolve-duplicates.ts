import type { LedgerRecord } from '@attestry/core';
import { FatalError } from '../errors.ts';
import { isSameEvent } from '../ingest/incoming-event.ts';
import { READ_RECORDS_MAX } from '../limits.ts';
import type { LedgerStore, StoredRecord } from '../ports/ledger-store.ts';
import { type EventReader, wholeEvent } from '../reading/event-reader.ts';
import { idConflict } from './events-on-the-way.ts';
import type { PendingRecord, Settlement } from './pending-record.ts';
import type { ResolveDuplicates } from './sequencer.ts';

/**
 * Compares events whose ids are known with what is stored under those ids: no hash of their content is kept for it,
 * because such a hash would outlive an erasure (record-format 7). What was erased or pruned cannot be compared any more
 * and counts as the same.
 */
export function duplicateResolver(
  store: Pick<LedgerStore, 'readRecords'>,
  reader: EventReader,
): ResolveDuplicates {
  return async (tenant, events) => {
    const rows = await readRows(
      store,
      tenant,
      events.map(({ seq }) => seq),
    );
    const opened = await reader.open(
      tenant,
      events.map(({ seq }) => rowAt(rows, tenant, seq)),
    );
    return events.map(({ record, seq }, i) => {
      const row = rowAt(rows, tenant, seq);
      const event = opened[i];
      const whole = event === undefined ? undefined : wholeEvent(event);
      if (whole !== undefined && !isSame(record, whole)) return idConflict();
      return firstReceipt(row, record);
    });
  };
}

function isSame(record: PendingRecord, whole: NonNullable<ReturnType<typeof wholeEvent>>): boolean {
  return record.event !== undefined && isSameEvent(whole, record.event.incoming);
}

function firstReceipt(row: StoredRecord, record: PendingRecord): Settlement {
  // A pruned record took its time along; the time the event names is what is left to say.
  const at =
    row.text === undefined
      ? (record.event?.incoming.event.occurred_at ?? '')
      : (JSON.parse(row.text) as LedgerRecord).at;
  return { kind: 'written', seq: row.seq, leafHash: row.leafHash, at, duplicate: true };
}

function rowAt(rows: ReadonlyMap<number, StoredRecord>, tenant: string, seq: number): StoredRecord {
  const row = rows.get(seq);
  if (row === undefined) {
    throw new FatalError(
      'record_missing',
      `record ${seq} of tenant ${tenant} is in the id index but not in the log`,
    );
  }
  return row;
}

/** Reads by runs of neighbours: what is sent again usually came together the first time too. */
async function readRows(
  store: Pick<LedgerStore, 'readRecords'>,
  tenant: string,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, StoredRecord>> {
  const rows = new Map<number, StoredRecord>();
  const sorted = [...new Set(seqs)].sort((a, b) => a - b);
  for (let i = 0; i < sorted.length; ) {
    const from = sorted[i] as number;
    let to = from + 1;
    for (i += 1; i < sorted.length && sorted[i] === to && to - from < READ_RECORDS_MAX; i += 1) to += 1;
    for (const row of await store.readRecords(tenant, from, to)) rows.set(row.seq, row);
  }
  return rows;
}
