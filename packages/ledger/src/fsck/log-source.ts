import type { LedgerRecord, SealedMembers, StoreFinding, VerifySource } from '@attestry/core';
import type { KeyRing } from '../keys/key-ring.ts';
import type { LedgerReader } from '../reading/ledger-reader.ts';

/** A ledger that is verified: read with its keys, which no store has. */
export type VerifiedLedger = LedgerReader & { readonly keyRing: KeyRing };

export interface LogSourceOptions {
  /** `beginning` of the verifier's own source, when this is that of a helper. */
  readonly begun?: unknown;
  /** Whether damage of the store as a whole, and rows of no log, are also looked for; `true` when absent. */
  readonly wholeFolder?: boolean;
}

/** What a source has seen in the rows it read. Plain data: it crosses to threads. */
export interface SourceHarvest {
  readonly noticed: readonly StoreFinding[];
  /** Of the kind of source that made it. */
  readonly sums?: unknown;
}

/** Threads that read rows in place of the verifier's own source. */
export interface SourceHelpers {
  /** What they have seen; asked for once, at the end. */
  harvests(): Promise<readonly SourceHarvest[]>;
  /** As `LogSource.fileDamage`; `undefined` when it was not found out. */
  fileDamage(limit: number): Promise<readonly string[] | undefined>;
}

/** One log as its store keeps it, row by row; several threads may have one each and read a part of the rows. */
export interface LogSource extends VerifySource {
  /** What the sources of helpers begin with, plain data; after `readState`. */
  readonly beginning: unknown;
  /** Takes an event of which the verifier opened every seal, to compare what is derived from it. */
  onWholeEvent(record: LedgerRecord, members: readonly SealedMembers[]): void;
  /** Says who reads some of the rows in its place. */
  helpedBy(helpers: SourceHelpers): void;
  /** What was seen in the rows that were read here. */
  harvest(): SourceHarvest;
  /** What the database itself finds wrong with its files, at most `limit` sentences. */
  fileDamage(limit: number): Promise<readonly string[]>;
  close(): Promise<void>;
}
