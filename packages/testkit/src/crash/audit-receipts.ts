import { type LedgerPlace, nodeCrypto, openReadOnly } from '@attestry/ledger';
import { auditLog } from '../audit/audit-log.ts';
import type { Acknowledged } from './writing-process.ts';

/**
 * Audits every log of a place, beside nobody or beside whoever writes to it: all that was acknowledged is there exactly
 * once, and the logs are whole.
 *
 * @returns records that nobody has a receipt for
 */
export async function auditReceipts(place: LedgerPlace, acknowledged: Acknowledged): Promise<number> {
  const ledger = await openReadOnly(place.dataDir, place);
  let unacknowledged = 0;
  try {
    for (const [tenant, receipts] of acknowledged) {
      if ((await ledger.head(tenant)) === undefined && receipts.length === 0) continue;
      const vkeys = (origin: string): readonly string[] => ledger.vkeys(origin);
      const report = await auditLog(ledger, tenant, { crypto: nodeCrypto, vkeys, receipts });
      unacknowledged += report.seqById.size - receipts.length;
    }
  } finally {
    await ledger.close();
  }
  return unacknowledged;
}
