import type { FindingCode } from '@attestry/core';
import type { TamperedLog } from './tampered-log.ts';

/** What a finding must at least say. */
export interface ExpectedFinding {
  readonly code: FindingCode;
  /** A function when it depends on where the base folder has its checkpoints. */
  readonly seq?: number | ((log: TamperedLog) => Promise<number>);
  readonly field?: string;
  readonly detail?: RegExp;
}

/** One way to tamper with a log, and what a verification must say of it. */
export interface TamperingCase<Log extends TamperedLog = TamperedLog> {
  readonly name: string;
  readonly tamper: (log: Log) => unknown;
  readonly finds: ExpectedFinding;
}
