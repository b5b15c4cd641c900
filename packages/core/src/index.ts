export { CanonicalError, type CanonicalErrorCode, canonicalize } from './canonical/canonicalize.ts';
export { isCanonical, isCanonicalTextOf } from './canonical/is-canonical.ts';
export { formatPointer, parsePointer } from './canonical/json-pointer.ts';
export { isJsonObject, type JsonObject, type JsonValue } from './canonical/json-value.ts';
export { parseStrict } from './canonical/parse-strict.ts';
export { StrictJsonError, type StrictJsonErrorCode } from './canonical/strict-json-error.ts';
export {
  type Checkpoint,
  type CheckpointTrust,
  formatCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  type WitnessStatement,
} from './checkpoint/checkpoint.ts';
export {
  type Cosignature,
  cosignatureMessage,
  decodeCosignature,
  encodeCosignature,
} from './checkpoint/cosignature.ts';
export {
  formatSignatureLine,
  type NoteSignature,
  type NoteSigner,
  type ParsedNote,
  parseNote,
  signNote,
} from './checkpoint/note.ts';
export { NoteError, type NoteErrorCode } from './checkpoint/note-error.ts';
export { type OpenedNote, openNote, type VerifiedSignature } from './checkpoint/open-note.ts';
export {
  computeKeyId,
  formatVkey,
  isKeyName,
  NOTE_ALGORITHM,
  type NoteAlgorithm,
  parseVkey,
  type VerifierKey,
} from './checkpoint/verifier-key.ts';
export type { AesKey, CryptoProvider } from './crypto/crypto-provider.ts';
export { portableCrypto } from './crypto/portable-crypto.ts';
export { base64ToBytes, bytesToBase64 } from './encoding/base64.ts';
export { concatBytes, equalBytes } from './encoding/byte-sequence.ts';
export { bytesToHex, hexToBytes } from './encoding/hex.ts';
export { utf8Decode, utf8Encode, utf8Length } from './encoding/utf8.ts';
export {
  type CatalogueEntry,
  type CatalogueType,
  catalogueEntry,
  EVENT_CATALOGUE,
  impliedStatus,
  isReservedType,
  RESERVED_TYPE_PREFIX,
} from './event/catalogue.ts';
export { defaultCategory, defaultSeverity, type SeveritySource } from './event/defaults.ts';
export {
  EVENT_TYPE_PATTERN,
  type EventInput,
  EventInputSchema,
  EventSchema,
  type EventType,
  type EventView,
  EventViewSchema,
  type NormalizedEvent,
  type PersonalDeclaration,
  TENANT_ID_PATTERN,
} from './event/event-schema.ts';
export { formatIp, type IpAddress, maskIp, parseIp } from './event/ip-address.ts';
export { mergePersonal, redactedPointers } from './event/merge-personal.ts';
export {
  type DefaultedMember,
  type NormalizeContext,
  type NormalizeResult,
  normalizeEvent,
} from './event/normalize-event.ts';
export { PROBLEM_CODES, type Problem, type ProblemCode } from './event/problem.ts';
export { formatTime, parseRfc3339, RFC3339_EXPECTED } from './event/rfc3339.ts';
export {
  type SealedSubject,
  type SealPolicy,
  type SplitEvent,
  splitPersonal,
} from './event/split-personal.ts';
export {
  ACTION_STATUSES,
  ACTOR_TYPES,
  type ActionStatus,
  type ActorType,
  EVENT_CATEGORIES,
  EVENT_SEVERITIES,
  type EventCategory,
  type EventSeverity,
  TRAFFIC_LIGHTS,
  WELL_KNOWN_VERBS,
} from './event/words.ts';
export {
  JSON_DEPTH_MAX,
  NOTE_BYTES_MAX,
  OCCURRED_AHEAD_MS_MAX,
  ORIGIN_CHARS_MAX,
  RECORD_BYTES_MAX,
  TILE_WIDTH,
  VERIFY_CHUNK_RECORDS,
} from './limits.ts';
export { CompactRange, type NodeListener } from './merkle/compact-range.ts';
export { decodeEntryBundle, encodeEntryBundle } from './merkle/entry-bundle.ts';
export { type LeafRange, type NodeReader, subtreeHash } from './merkle/node-reader.ts';
export { type CompletedTile, partialTileWidths, TileBuilder } from './merkle/tile-builder.ts';
export { entryBundlePath, parseTilePath, type TileAddress, tilePath, tileWidth } from './merkle/tile-path.ts';
export { type ReadTile, tileNodeReader } from './merkle/tile-reader.ts';
export { emptyRoot, HASH_BYTES, hashLeaf, hashLeafText, hashNode } from './merkle/tree-hash.ts';
export { consistencyProof, inclusionProof } from './merkle/tree-proofs.ts';
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from './merkle/verify-proofs.ts';
export { formatTlogProof, ProofFormatError, parseTlogProof, type TlogProof } from './proof/tlog-proof.ts';
export { type TlogProofClaim, type TlogProofVerdict, verifyTlogProof } from './proof/verify-tlog-proof.ts';
export { assembleRecord, assembleSeals, type RecordParts } from './record/assemble-record.ts';
export { type LedgerRecord, RECORD_VERSION, type SealRef, ZERO_HASH_HEX } from './record/ledger-record.ts';
export { isLogOrigin } from './record/log-origin.ts';
export { type ParsedRecord, parseRecord, type RecordDefectCode } from './record/parse-record.ts';
export type {
  AnchorData,
  ErasureData,
  EventData,
  GenesisData,
  HoldData,
  KeyData,
  NoteData,
  PolicyData,
  PruneData,
  RecordDataByType,
} from './record/record-data.ts';
export { isRecordTimestamp } from './record/record-timestamp.ts';
export { isRecordType, RECORD_TYPES, type RecordType } from './record/record-type.ts';
export { recordOf, Type } from './schema/type-builder.ts';
export { SEAL_RANDOM_BYTES, sealCommitment } from './seal/seal-commitment.ts';
export {
  type EnvelopeInput,
  openEnvelope,
  type SealedEnvelope,
  type SealPlace,
  sealAdditionalData,
  sealEnvelope,
} from './seal/seal-envelope.ts';
export { parseSealPayload, type SealedMembers, sealPayload } from './seal/seal-payload.ts';
export { checkDetails, DetailCheck } from './verify/detail-check.ts';
export {
  FINDING_CODES,
  type Finding,
  type FindingCode,
  isFinding,
  type Notice,
  type Progress,
} from './verify/finding.ts';
export type { DetailHelpers, RecordDetails } from './verify/record-details.ts';
export type {
  CheckedCounts,
  ReportHead,
  SealCounts,
  VerificationReport,
} from './verify/verification-report.ts';
export { verifyLog } from './verify/verify-log.ts';
export type {
  ExpectedColumns,
  LastSeen,
  OpenedSeal,
  VerifyDepth,
  VerifyOptions,
} from './verify/verify-options.ts';
export type {
  ColumnValue,
  ColumnValues,
  KeyAccess,
  RowParts,
  SourceCheckpoint,
  SourceKey,
  SourceRow,
  SourceSeal,
  SourceState,
  StoreFinding,
  VerifySource,
} from './verify/verify-source.ts';
