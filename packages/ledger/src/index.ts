export type { AdminRow, AdminStore } from './ports/admin-store.ts';
export type { CheckpointStore, StoredCheckpoint } from './ports/checkpoint-store.ts';
