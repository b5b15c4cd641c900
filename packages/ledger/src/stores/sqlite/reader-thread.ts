import { workerData } from 'node:worker_threads';
import type { EventQuery, PageRequest, StatsGroup } from '../../ports/event-query-store.ts';
import type { CheckpointRange } from './settings-reader.ts';
import { SqliteReader } from './sqlite-reader.ts';
import { serveThread } from './thread-protocol.ts';

/** Entry of a reader thread: one read-only connection, calls answered one after the other. */
serveThread(() => {
  const { path, searchPath } = workerData as { readonly path: string; readonly searchPath?: string };
  const reader = new SqliteReader({ path, ...(searchPath === undefined ? {} : { searchPath }) });
  const { records, settings, events } = reader;
  return {
    readHead: (tenant: string) => records.readHead(tenant),
    listHeads: () => records.listHeads(),
    readRecords: (tenant: string, from: number, to: number) => records.readRecords(tenant, from, to),
    findSeqs: (tenant: string, ids: readonly string[]) => records.findSeqs(tenant, ids),
    readTile: (tenant: string, level: number, index: number) => records.readTile(tenant, level, index),
    readLeafHashes: (tenant: string, from: number, to: number) => records.readLeafHashes(tenant, from, to),
    findKeysBySubject: (tenant: string, indexes: readonly Uint8Array[]) =>
      settings.findKeysBySubject(tenant, indexes),
    findKeysByKid: (tenant: string, kids: readonly string[]) => settings.findKeysByKid(tenant, kids),
    findIndexKey: (tenant: string) => settings.findIndexKey(tenant),
    lostIndexKeys: () => settings.lostIndexKeys(),
    listCheckpoints: (tenant: string, range: CheckpointRange) => settings.listCheckpoints(tenant, range),
    listAdmin: (kind: string, tenant: string | undefined) => settings.listAdmin(kind, tenant),
    getAdmin: (kind: string, tenant: string, id: string) => settings.getAdmin(kind, tenant, id),
    page: (query: EventQuery, request: PageRequest) => events.page(query, request),
    count: (query: EventQuery) => events.count(query),
    estimate: (query: EventQuery) => events.estimate(query),
    stats: (query: EventQuery, by: StatsGroup, limit: number) => events.stats(query, by, limit),
    close: () => reader.close(),
  };
});
