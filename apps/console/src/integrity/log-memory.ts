import type { VerificationReport } from '@attestry/core';
import type { LogIdentity } from '../api/session.ts';

/** What this browser has seen of a log, so that a log which was exchanged or cut back is noticed here. */
export interface LogMemory {
  /** The key it saw first. */
  readonly vkey: string;
  /** The newest tree it verified whole. */
  readonly lastSeen?: { readonly size: number; readonly root: string };
  /** The newest checkpoint that was downloaded with it, and when. */
  readonly kept?: { readonly size: number; readonly at: string };
}

const key = (origin: string): string => `attestry.log.${origin}`;

/** What is remembered; the first time, the key of today is taken down. */
export function recallLog({ origin, vkey }: LogIdentity): LogMemory {
  try {
    const text = localStorage.getItem(key(origin));
    if (text !== null) return JSON.parse(text) as LogMemory;
    localStorage.setItem(key(origin), JSON.stringify({ vkey }));
  } catch {
    // Storage is off: every visit is the first.
  }
  return { vkey };
}

function remember(identity: LogIdentity, part: Partial<LogMemory>): void {
  try {
    localStorage.setItem(key(identity.origin), JSON.stringify({ ...recallLog(identity), ...part }));
  } catch {
    // Storage is off.
  }
}

/** Remembers a tree that was verified whole and found right. */
export function rememberLog(identity: LogIdentity, report: VerificationReport): void {
  const { ok, root, size, checked } = report;
  if (ok && root !== null && checked.from === 0 && checked.to === size)
    remember(identity, { lastSeen: { size, root } });
}

/** Remembers that a checkpoint was downloaded. */
export function rememberKept(identity: LogIdentity, size: number): void {
  if ((recallLog(identity).kept?.size ?? -1) < size)
    remember(identity, { kept: { size, at: new Date().toISOString() } });
}
