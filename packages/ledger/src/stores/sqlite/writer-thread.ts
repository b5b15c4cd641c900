import { workerData } from 'node:worker_threads';
import type { AdminRow } from '../../ports/admin-store.ts';
import type { StoredCheckpoint } from '../../ports/checkpoint-store.ts';
import type { NewDataKey } from '../../ports/key-store.ts';
import { type PackedMessage, unpackAppend } from './packed-append.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import { serveThread } from './thread-protocol.ts';

/** Entry of the writer thread. An fsync blocks this thread and no other. */
serveThread(() => {
  const writer = new SqliteWriter((workerData as { readonly path: string }).path);
  return {
    append: (message: PackedMessage) => writer.append(unpackAppend(message)),
    ensureKeys: (tenant: string, offered: readonly NewDataKey[]) => writer.ensureKeys(tenant, offered),
    ensureIndexKey: (tenant: string, offered: Uint8Array) => writer.ensureIndexKey(tenant, offered),
    putCheckpoint: (tenant: string, checkpoint: StoredCheckpoint) => writer.putCheckpoint(tenant, checkpoint),
    putAdmin: (row: Omit<AdminRow, 'revision'>, expectedRevision: number) =>
      writer.putAdmin(row, expectedRevision),
    removeAdmin: (kind: string, tenant: string, id: string) => writer.removeAdmin(kind, tenant, id),
    close: () => writer.close(),
  };
});
