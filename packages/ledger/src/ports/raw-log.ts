/** Where the rows of one log end, in one moment. */
export interface RawBounds {
  readonly origin: string;
  readonly size: number;
  readonly frontier: Uint8Array;
  readonly lastHash: Uint8Array;
  readonly lastAtMs: number;
  /** Highest number of a stored record, -1 when there is none. */
  readonly lastSeq: number;
  /** Size of the largest stored checkpoint, 0 when there is none. */
  readonly checkpointSize: number;
  readonly eventIds: number;
}

/** One row of `data_keys` with everything in it. */
export interface RawDataKey {
  readonly kid: string;
  readonly sub: string;
  readonly subjectIndex: Uint8Array | null;
  readonly wrapped: Uint8Array | null;
  readonly subjectSealed: Uint8Array | null;
}
