import {
  type ColumnValues,
  type ExpectedColumns,
  type LedgerRecord,
  mergePersonal,
  type NormalizedEvent,
  type OpenedSeal,
  parseSealPayload,
  type SealedMembers,
} from '@attestry/core';
import { LedgerError } from '../errors.ts';
import type { MakeBlindIndex } from '../projection/blind-columns.ts';
import { projectEvent } from '../projection/project-event.ts';
import type { VerifiedLedger } from './log-source.ts';

/** Columns that never depend on a sealed member: they can be compared although a seal stays closed. */
const OPEN_COLUMNS = [
  'at',
  'occurredAtMs',
  'type',
  'category',
  'severity',
  'status',
  'verb',
  'project',
  'actorType',
  'targetType',
  'httpStatus',
  'trafficLight',
] as const;

/**
 * Computes the query columns of a record again, by the same function that made them.
 *
 * @param blind the tenant's blind indexes; `undefined` without its key: then only the open columns are compared
 * @param onWhole told of every event that is as it was sent: no seal of it is closed or gone
 */
export function expectedColumns(
  blind: MakeBlindIndex | undefined,
  onWhole?: (record: LedgerRecord, members: readonly SealedMembers[]) => void,
): ExpectedColumns {
  return (record, seals) => {
    const at = Date.parse(record.at);
    const members = openedMembers(seals);
    const event = eventOf(record, members ?? []);
    if (members?.length === seals.length) onWhole?.(record, members);
    if (members !== undefined && blind !== undefined) return columnsOf(at, event, blind);
    const open = columnsOf(at, event, () => 0n);
    return Object.fromEntries(OPEN_COLUMNS.map((name) => [name, open[name] ?? null]));
  };
}

function columnsOf(at: number, event: NormalizedEvent, blind: MakeBlindIndex): ColumnValues {
  return { ...projectEvent(event, blind), at } as unknown as ColumnValues;
}

function eventOf(record: LedgerRecord, members: readonly SealedMembers[]): NormalizedEvent {
  const event = members.length > 0 ? mergePersonal(record.data, members) : record.data;
  return event as unknown as NormalizedEvent;
}

/** Members of all seals; `undefined` when one of them stays closed, so that its columns cannot be known. */
function openedMembers(seals: readonly OpenedSeal[]): SealedMembers[] | undefined {
  const members: SealedMembers[] = [];
  for (const seal of seals) {
    if (seal.kind === 'gone') continue;
    const opened = seal.kind === 'opened' ? parseSealPayload(seal.payload) : undefined;
    if (opened === undefined) return undefined;
    members.push(opened);
  }
  return members;
}

/**
 * `undefined` when the tenant's index key is not there or was changed: then only the columns that need none are compared,
 * and the check of the keys says why.
 */
export async function blindIndexes(
  ledger: Pick<VerifiedLedger, 'keyRing'>,
  tenant: string,
): Promise<MakeBlindIndex | undefined> {
  try {
    return (await ledger.keyRing.indexer(tenant)).blind;
  } catch (error) {
    if (
      error instanceof LedgerError &&
      (error.code === 'unknown_tenant' || error.code === 'master_key_wrong')
    )
      return undefined;
    throw error;
  }
}
