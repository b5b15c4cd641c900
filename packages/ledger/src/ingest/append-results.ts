import { bytesToHex } from '@attestry/core';
import type { Settlement } from '../sequencer/pending-record.ts';
import type { AppendResult, IncomingEvent } from './incoming-event.ts';
import type { Preparation } from './prepare-events.ts';

/** The settlement of an event that never came to the sequencer. */
export function notPrepared(preparation: Exclude<Preparation, { kind: 'prepared' }>): Settlement {
  return preparation.kind === 'failed'
    ? { kind: 'failed', error: preparation.error }
    : { kind: 'refused', code: preparation.code, path: '', detail: preparation.detail };
}

/** Results of a call. When nothing at all could be written, the call as a whole fails with the reason. */
export function toResults(
  events: readonly IncomingEvent[],
  settlements: readonly Settlement[],
): readonly AppendResult[] {
  const [first] = settlements;
  if (first?.kind === 'failed' && settlements.every(({ kind }) => kind === 'failed')) throw first.error;
  return settlements.map((settlement, i) => toResult(events[i]?.event.id as string, settlement));
}

function toResult(id: string, settlement: Settlement): AppendResult {
  switch (settlement.kind) {
    case 'written': {
      const { seq, leafHash, at, duplicate } = settlement;
      return {
        kind: 'receipt',
        receipt: { id, seq, hash: bytesToHex(leafHash), recorded_at: at, duplicate },
      };
    }
    case 'refused':
      return settlement;
    case 'failed': {
      const { code, message } = settlement.error;
      return {
        kind: 'refused',
        code: code === 'store_full' ? code : 'store_failed',
        path: '',
        detail: message,
      };
    }
  }
}
