import { bytesToHex } from '../encoding/hex.ts';
import { FINDINGS_LISTED_MAX, VERIFY_CHUNK_RECORDS } from '../limits.ts';
import type { Finding, Notice, Progress } from './finding.ts';
import { LogVerification } from './log-verification.ts';
import type { VerificationReport } from './verification-report.ts';
import type { VerifyOptions } from './verify-options.ts';
import type { VerifySource } from './verify-source.ts';

/**
 * Verifies a log, or a range of it, against what was signed: every record once, in order, in constant memory (plus
 * one small entry for each erased subject and each hole).
 *
 * A range `from <= seq < to` is checked in full; before it only the tiles that its tree stands on are read, after it
 * the records up to the checkpoint that covers it, and as far as an erasure or a prune in it has to be explained.
 *
 * @returns an async generator: findings and notices as they are made, progress after each chunk; its return value is
 *   the report. What cannot be read is a finding (`UNREADABLE`), never a thrown error.
 * @see record-format 8
 */
export async function* verifyLog(
  source: VerifySource,
  options: VerifyOptions,
): AsyncGenerator<Finding | Notice | Progress, VerificationReport> {
  const startedAtMs = options.now();
  const listed: Finding[] = [];
  const verification = new LogVerification(source, options);
  for await (const progress of steps(verification)) {
    for (const finding of verification.sink.drain()) {
      if (listed.length < FINDINGS_LISTED_MAX) listed.push(finding);
      yield finding;
    }
    if (progress !== undefined) yield progress;
  }
  for (const finding of verification.notices) yield { kind: 'notice', finding };
  const root = verification.root;
  return {
    ok: verification.sink.total === 0,
    origin: options.origin,
    size: verification.size,
    root: root === undefined ? null : bytesToHex(root),
    checked: verification.checked,
    seals: verification.seals,
    head: verification.head,
    findings: listed,
    findings_total: verification.sink.total,
    ...(verification.notices.length === 0 ? {} : { notices: verification.notices }),
    duration_ms: Math.max(0, Math.round(options.now() - startedAtMs)),
  };
}

async function* steps(verification: LogVerification): AsyncGenerator<Progress | undefined, void> {
  const range = await verification.begin();
  yield undefined;
  if (range === undefined) return;
  const total = range.to - range.from;
  for (let at = range.from; at < range.to; at += VERIFY_CHUNK_RECORDS) {
    const end = Math.min(at + VERIFY_CHUNK_RECORDS, range.to);
    await verification.checkChunk(at, end);
    yield { kind: 'progress', done: end - range.from, total };
  }
  for (let at = range.to; at < range.end && verification.needsMore; at += VERIFY_CHUNK_RECORDS) {
    await verification.walkChunk(at, Math.min(at + VERIFY_CHUNK_RECORDS, range.end));
    yield undefined;
  }
  await verification.finish();
  yield undefined;
}
