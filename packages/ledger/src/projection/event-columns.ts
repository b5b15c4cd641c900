/**
 * A keyed 64-bit fingerprint of one value (SHA-256 behind the tenant's index key, first 8 bytes, signed
 * big-endian). Columns hold these instead of identifiers, so that an index never carries personal data in the clear
 * and destroying the tenant's index key, or clearing the column, erases it.
 */
export type BlindIndex = bigint;

/** What queries need beside the record; derived from the whole event (sealed members included). */
export interface EventColumns {
  readonly occurredAtMs: number;
  readonly type: string;
  readonly category: string;
  readonly severity: string;
  readonly status: string | null;
  readonly verb: string | null;
  readonly project: string | null;
  readonly actorType: string | null;
  readonly actor: BlindIndex | null;
  readonly actorEmail: BlindIndex | null;
  /** The whole address, its /24 (IPv4) or /64 (IPv6), its /16 (IPv4) or /48 (IPv6). */
  readonly ip: BlindIndex | null;
  readonly ipNet: BlindIndex | null;
  readonly ipWide: BlindIndex | null;
  readonly session: BlindIndex | null;
  readonly targetType: string | null;
  readonly target: BlindIndex | null;
  readonly requestId: BlindIndex | null;
  readonly correlationId: BlindIndex | null;
  readonly parentId: BlindIndex | null;
  readonly executionId: BlindIndex | null;
  readonly httpStatus: number | null;
  readonly trafficLight: string | null;
}
