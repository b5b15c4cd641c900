import type { FindingCode } from '@attestry/core';
import type { TamperedFolder } from './tampered-folder.ts';

/** What a finding must at least say. */
export interface ExpectedFinding {
  readonly code: FindingCode;
  /** A function when it depends on where the base folder has its checkpoints. */
  readonly seq?: number | ((folder: TamperedFolder) => number);
  readonly field?: string;
  readonly detail?: RegExp;
}

/** One way to tamper with a data folder, and what a verification must say of it. */
export interface TamperingCase {
  readonly name: string;
  readonly tamper: (folder: TamperedFolder) => void | Promise<void>;
  readonly finds: ExpectedFinding;
}
