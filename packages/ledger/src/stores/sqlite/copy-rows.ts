import type { CopySource } from '../../copy/copy-source.ts';
import { openForReading } from './open-database.ts';
import { RawBoundsReader } from './raw-bounds.ts';
import { READER_CACHE_KIB } from './sqlite-limits.ts';
import { toStoreError } from './store-error.ts';

/** The rows of a stopped folder that no port hands out as they are. */
export function openCopyRows(path: string): CopySource & { close(): void } {
  const db = openForReading(path, READER_CACHE_KIB);
  const bounds = new RawBoundsReader(path);
  const read = <Result>(what: string, work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, `reading ${what}`);
    }
  };
  return {
    adminRows: async () => bounds.settings(),
    indexKey: async (tenant) =>
      read('the index key', () => {
        const row = db.prepare('SELECT index_key FROM tenants WHERE tenant = ?').get(tenant);
        return (row?.index_key ?? undefined) as Uint8Array | undefined;
      }),
    dataKeys: async (tenant, after, limit) => bounds.dataKeys(tenant, after, limit),
    close: () => {
      bounds.close();
      db.close();
    },
  };
}
