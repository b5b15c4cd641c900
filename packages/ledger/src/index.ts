export type { CommitListener, GrowthListener } from './commit-news.ts';
export { type CopiedFolder, type CopyFolderOptions, copyFolder } from './copy/copy-folder.ts';
export { type MigratedStore, type MigrateStoreOptions, migrateStore } from './drivers/migrate-store.ts';
export { type EmbeddedLedger, type EmbeddedOptions, openEmbedded, type Presence } from './embedded.ts';
export { errorText, FatalError, LedgerError, OperationalError, OverloadedError } from './errors.ts';
export { runVerify, tenantsToVerify, unreadableReport, type VerifyFolderOptions } from './fsck/run-verify.ts';
export type { AppendResult, IncomingEvent, Receipt, RefusalCode } from './ingest/incoming-event.ts';
export { type FolderInspection, inspectFolder } from './inspect-folder.ts';
export { nodeCrypto } from './keys/node-crypto.ts';
export type {
  LedgerLogger,
  LedgerStatus,
  RecordReceipt,
  RotationReport,
  StatementType,
} from './ledger.ts';
export { Ledger } from './ledger.ts';
export type { LedgerPlace } from './ledger-place.ts';
export type { SettingsChanges } from './nodes/settings-changes.ts';
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
  PositiveCondition,
  RowPosition,
  StatsBucket,
  StatsGroup,
  TextMatch,
  TextTerm,
  WordColumn,
} from './ports/event-query-store.ts';
export type { KeyStore, NewDataKey, StoredDataKey } from './ports/key-store.ts';
export type { Fence, Lease, LeaseStore } from './ports/lease-store.ts';
export type {
  AppendOutcome,
  AppendRecord,
  LedgerStore,
  LogAppend,
  LogHead,
  StoredRecord,
  StoredSeal,
} from './ports/ledger-store.ts';
export type { ChangeHint, SharedStore } from './ports/shared-store.ts';
export type { ReadOnlyStores, Stores } from './ports/stores.ts';
export type { MakeBlindIndex } from './projection/blind-columns.ts';
export type { BlindIndex, EventColumns } from './projection/event-columns.ts';
export { projectEvent } from './projection/project-event.ts';
export { type CompiledFilters, compileFilters } from './query/compile-filters.ts';
export type { EventFilters, ExcludedFilters, MetadataFilter } from './query/event-filters.ts';
export { FilterError, type FilterErrorCode } from './query/filter-error.ts';
export { openReadOnly, ReadOnlyLedger, type ReadOnlyOptions } from './read-only.ts';
export type { FoundEvent } from './reading/ledger-reader.ts';
export { LedgerReader } from './reading/ledger-reader.ts';
