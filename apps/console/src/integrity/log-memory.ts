import type { VerificationReport } from '@attestry/core';
import type { LogIdentity } from '../api/session.ts';

/** What this browser has seen of a log, so that a log which was exchanged or cut back is noticed here. */
export interface LogMemory {
  /** The key it saw first. */
  readonly vkey: string;
  /** The newest tree it verified whole. */
  readonly lastSeen?: { readonly size: number; readonly root: string };
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

/** Remembers a tree that was verified whole and found right. */
export function rememberLog(memory: LogMemory, report: VerificationReport): void {
  if (!report.ok || report.root === null || report.checked.from !== 0 || report.checked.to !== report.size)
    return;
  try {
    const lastSeen = { size: report.size, root: report.root };
    localStorage.setItem(key(report.origin), JSON.stringify({ ...memory, lastSeen }));
  } catch {
    // Storage is off.
  }
}
