import { SEQS_PER_LOG } from './row-key.ts';
import { BLIND_COLUMNS } from './schema.ts';

const ANY_BLIND = BLIND_COLUMNS.map(([, column]) => `records.${column} IS NOT NULL`).join(' OR ');

/**
 * Whether anything is stored that was made with the index key of the tenant in this row of `tenants`. Quick for a log with
 * such rows; others are read to their end, and have no index key to begin with.
 */
export const INDEX_KEY_NEEDED = `(
  EXISTS (SELECT 1 FROM data_keys WHERE data_keys.tenant_no = tenants.tenant_no AND subject_index IS NOT NULL)
  OR EXISTS (SELECT 1 FROM logs CROSS JOIN records ON records.k >= logs.log_no * ${SEQS_PER_LOG}
    AND records.k < (logs.log_no + 1) * ${SEQS_PER_LOG}
    WHERE logs.tenant_no = tenants.tenant_no AND (${ANY_BLIND})))`;
