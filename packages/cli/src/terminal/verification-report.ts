import { FINDING_CODES, type Finding, type VerificationReport } from '@attestry/core';
import { plainText } from './plain-text.ts';
import { counted, formatCount, formatDuration } from './quantity.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

/** Findings that fit a screen or two; the rest are counted. */
const FINDINGS_SHOWN_MAX = 100;

/** The report for people: the verdict, what was checked, and each finding with its place and meaning. */
export function renderReport(report: VerificationReport, terminal: Terminal): string {
  const { colour } = terminal;
  const verdict = report.ok
    ? colour.green(colour.bold('✔ nothing was changed'))
    : colour.red(colour.bold(`✘ ${counted(report.findings_total, 'finding')}`));
  const lines = [
    `${verdict}  ${plainText(report.origin)}`,
    ...pairs(report, terminal),
    ...(report.notices ?? []).map(
      ({ seq, detail }) =>
        `  ${colour.bold('notice'.padEnd(8))} ${wrap(`${seq === undefined ? '' : `seq ${seq}: `}${plainText(detail)}`, 11, terminal.columns)}`,
    ),
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
    head.signed_at === null
      ? 'nothing'
      : `${counted(head.checkpoint_size, 'record')} at ${plainText(head.signed_at)}`;
  const rows: [string, string][] = [
    [
      'records',
      `${formatCount(report.size)}${from > 0 || to < report.size ? `, checked ${from} to ${to}` : ''}`,
    ],
    ['root', report.root === null ? 'cannot be computed' : plainText(report.root)],
    ['checked', parts.length === 0 ? 'nothing' : parts.join(', ')],
    [
      'seals',
      `${formatCount(seals.verified)} verified, ${formatCount(seals.sealed)} without their key, ${formatCount(seals.erased)} erased`,
    ],
    ['signed', signed],
    ['took', formatDuration(report.duration_ms)],
  ];
  return rows.map(
    ([name, value]) => `  ${terminal.colour.dim(name.padEnd(8))} ${wrap(value, 11, terminal.columns)}`,
  );
}

function describeFinding(finding: Finding, terminal: Terminal): string[] {
  const { colour } = terminal;
  const place = [
    finding.seq === undefined ? undefined : `seq ${finding.seq}`,
    finding.id === undefined ? undefined : `id ${plainText(finding.id)}`,
    finding.field === undefined ? undefined : `field ${plainText(finding.field)}`,
  ].filter((part) => part !== undefined);
  const meaning: string | undefined = FINDING_CODES[finding.code];
  const words = [meaning, plainText(finding.detail)].filter((part) => part !== undefined).join(': ');
  return [
    `  ${colour.red(plainText(finding.code))}${place.length === 0 ? '' : `  ${colour.bold(place.join(', '))}`}`,
    `      ${wrap(words, 6, terminal.columns)}`,
  ];
}
