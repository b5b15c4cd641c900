import { plainText } from './plain-text.ts';
import { counted, formatCount, formatDuration } from './quantity.ts';
import type { Terminal } from './terminal.ts';

/** The report of a verification: one shape for the API, the command line, bundles and pages. */
export interface VerificationReport {
  readonly ok: boolean;
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly checked: Readonly<Record<string, number>>;
  readonly seals: { readonly verified: number; readonly sealed: number; readonly erased: number };
  readonly head: {
    readonly checkpoint_size: number | null;
    readonly signed_at: string | null;
    readonly last_outside_anchor: string | null;
    readonly unanchored_records: number;
  };
  readonly findings: readonly Finding[];
  readonly findings_total: number;
  readonly duration_ms: number;
}

export interface Finding {
  readonly code: string;
  readonly seq?: number;
  readonly id?: string;
  readonly field?: string;
  readonly detail: string;
}

/** Findings that fit a screen or two; the rest are counted. */
const FINDINGS_SHOWN_MAX = 100;

/** What each finding means, in the words of somebody who has to act on it. Codes: record-format 8. */
const MEANING: Readonly<Record<string, string>> = {
  UNPARSEABLE: 'the stored bytes are not a record',
  NOT_CANONICAL: 'the stored bytes were re-encoded',
  SCHEMA: 'the record has other members than a record has',
  VERSION: 'the record is of a version this program does not know',
  SEQ: 'a number is missing, doubled or out of place',
  CHAIN: 'the record does not follow from the one before it',
  WRONG_LOG: 'the record belongs to another log',
  GENESIS: 'the first record is not the beginning of this log',
  DUP_ID: 'the same event id twice',
  TIME_ORDER: 'time goes back',
  FUTURE: 'recorded in the future',
  ROOT_MISMATCH: 'the records do not give the tree that was signed',
  TRUNCATED: 'fewer records than were signed',
  UNCHECKPOINTED_TAIL: 'the newest records are not signed yet',
  NO_CHECKPOINT: 'nothing was ever signed',
  CHECKPOINT_INVALID: 'a checkpoint has a wrong signature or form',
  EQUIVOCATION: 'two different trees were signed for one size',
  ORIGIN: 'a checkpoint of another log',
  STALE: 'no fresh checkpoint',
  ROLLBACK: 'an older copy than was seen before',
  FORK_FROM_LAST_SEEN: 'another history than was seen before',
  TILE_MISMATCH: 'a stored tile differs from the records',
  LEAF_MISMATCH: 'the stored hash differs from the record',
  HEAD_MISMATCH: 'the stored head differs from the records',
  PROJECTION: 'a query column differs from its record',
  PROJECTION_COUNT: 'a row of query columns is missing or too many',
  EVENT_ID_INDEX: 'the table of event ids differs from the records',
  SEARCH_PROJECTION: 'a search document differs from its record',
  SEAL_MISSING: 'sealed personal data is gone without an erasure',
  SEAL_ORPHAN: 'sealed data that no record names',
  SEAL_DUP: 'the same seal twice',
  SEAL_DECRYPT: 'sealed data was changed or moved',
  SEAL_COMMITMENT: 'sealed data is not what was recorded',
  SEAL_KEY_MISSING: 'the key of sealed data is gone without an erasure',
  SEAL_AFTER_ERASURE: 'sealed after its subject was erased',
  ERASURE_INCOMPLETE: 'erased data is still there',
  UNREADABLE: 'something cannot be read',
};

/** The report for people: the verdict, what was checked, and each finding with its place and meaning. */
export function renderReport(report: VerificationReport, terminal: Terminal): string {
  const { colour } = terminal;
  const verdict = report.ok
    ? colour.green(colour.bold('✔ nothing was changed'))
    : colour.red(colour.bold(`✘ ${counted(report.findings_total, 'finding')}`));
  const lines = [
    `${verdict}  ${plainText(report.origin)}`,
    ...pairs(report, terminal),
    ...report.findings.slice(0, FINDINGS_SHOWN_MAX).flatMap((finding) => describeFinding(finding, terminal)),
  ];
  const hidden = report.findings_total - Math.min(report.findings.length, FINDINGS_SHOWN_MAX);
  if (hidden > 0)
    lines.push(`  … and ${counted(hidden, 'more finding', 'more findings')} (--json lists up to 1,000)`);
  return lines.join('\n');
}

function pairs(report: VerificationReport, terminal: Terminal): string[] {
  const { checked, seals, head } = report;
  const { from = 0, to = report.size, ...counts } = checked;
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${formatCount(count)} ${plainText(name)}`);
  const signed =
    head.checkpoint_size === null || head.signed_at === null
      ? 'nothing'
      : `${counted(head.checkpoint_size, 'record')} at ${plainText(head.signed_at)}`;
  const rows: [string, string][] = [
    [
      'records',
      `${formatCount(report.size)}${from > 0 || to < report.size ? `, checked ${from} to ${to}` : ''}`,
    ],
    ['root', plainText(report.root)],
    ['checked', parts.length === 0 ? 'nothing' : parts.join(', ')],
    [
      'seals',
      `${formatCount(seals.verified)} verified, ${formatCount(seals.sealed)} without their key, ${formatCount(seals.erased)} erased`,
    ],
    ['signed', signed],
    ['took', formatDuration(report.duration_ms)],
  ];
  return rows.map(([name, value]) => `  ${terminal.colour.dim(name.padEnd(8))} ${value}`);
}

function describeFinding(finding: Finding, terminal: Terminal): string[] {
  const { colour } = terminal;
  const place = [
    finding.seq === undefined ? undefined : `seq ${finding.seq}`,
    finding.id === undefined ? undefined : `id ${plainText(finding.id)}`,
    finding.field === undefined ? undefined : `field ${plainText(finding.field)}`,
  ].filter((part) => part !== undefined);
  const meaning = MEANING[finding.code];
  return [
    `  ${colour.red(plainText(finding.code))}${place.length === 0 ? '' : `  ${colour.bold(place.join(', '))}`}`,
    `      ${[meaning, plainText(finding.detail)].filter((part) => part !== undefined).join(': ')}`,
  ];
}
