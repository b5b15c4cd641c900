import type { EventView } from '../event/event-view.ts';

/** What a step of a proof says. In order; the first that fails ends the proof. */
export type ProofStepName = 'record' | 'same' | 'leaf' | 'signed';

/** One step, recomputed here. */
export interface ProofStep {
  readonly name: ProofStepName;
  readonly ok: boolean;
  /** What was computed, for people who want to see it: a hash, a number of hashes. */
  readonly value: string;
  /** Why it failed. */
  readonly detail?: string;
}

/** The log whose signature counts: its name, and its key in its text form (C2SP vkey). */
export interface LogIdentity {
  readonly origin: string;
  readonly vkey: string;
}

/** What was asked of the server; everything is recomputed from it. */
export interface ProofMaterial {
  readonly event: EventView;
  /** The stored bytes of the record. */
  readonly recordBytes: Uint8Array;
  /** `c2sp.org/tlog-proof@v1` */
  readonly proofText: string;
  readonly log: LogIdentity;
}

/** The outcome of checking one event. */
export interface EventProof {
  readonly ok: boolean;
  readonly steps: readonly ProofStep[];
  readonly recordBytes: number;
  readonly hashes: number;
  readonly size: number;
  readonly origin: string;
  /** How long the path took, ms. */
  readonly durationMs: number;
}
