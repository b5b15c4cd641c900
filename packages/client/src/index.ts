/** Client of the Attestry audit log. */
export { Attestry } from './attestry.ts';
export type { AttestryStats, CloseReport } from './capture/pipeline.ts';
export type { EventContext, EventDefaults } from './context/merge-event.ts';
export { AttestryError, type AttestryErrorCode } from './errors.ts';
export type { CatalogueType, EventInput, JsonObject, JsonValue } from './event/event-input.ts';
export type {
  AuditEvent,
  AuditEventType,
  CustomEvents,
  TrackedEvent,
  TypeChecks,
} from './event/event-types.ts';
export type { AttestryOptions, KeySource } from './options.ts';
export type { WhenFull } from './queue/event-queue.ts';
export type { EventSpool } from './queue/event-spool.ts';
export type { Receipt } from './receipt.ts';
export type { RedactionOptions } from './redaction/redact.ts';
export type { DiagnosticMessage } from './telemetry/diagnostics.ts';
export { audited, auditedMethod, type EventOfCall, type MethodDecorator } from './track/audited.ts';
export type { Tracker, TrackOptions } from './track/track.ts';
