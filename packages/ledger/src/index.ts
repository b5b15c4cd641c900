export type { AdminRow, AdminStore } from './ports/admin-store.ts';
export type { CheckpointStore, StoredCheckpoint } from './ports/checkpoint-store.ts';
export type {
  BlindColumn,
  EventCondition,
  EventPage,
  EventQuery,
  EventQueryStore,
  EventRow,
  PageRequest,
  RowPosition,
  StatsBucket,
  StatsGroup,
  TextMatch,
  TextTerm,
  WordColumn,
} from './ports/event-query-store.ts';
export type { MakeBlindIndex } from './projection/blind-columns.ts';
export type { BlindIndex, EventColumns } from './projection/event-columns.ts';
export { projectEvent } from './projection/project-event.ts';
export { type CompiledFilters, compileFilters } from './query/compile-filters.ts';
export type { EventFilters, MetadataFilter } from './query/event-filters.ts';
export { FilterError, type FilterErrorCode } from './query/filter-error.ts';
export { openSqliteReadOnly, type ReadOnlyStores } from './stores/sqlite/read-only.ts';
export { openSqliteStores, type SqliteStoreOptions, type SqliteStores } from './stores/sqlite/sqlite-stores.ts';
