import type { Finding, VerificationReport } from '@attestry/core';
import { ShieldIcon, useAttestry } from '@attestry/react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { t } from '../words/english.ts';

type Report = Pick<VerificationReport, 'ok' | 'findings' | 'findings_total' | 'duration_ms'> & {
  readonly checked: Readonly<Record<string, number>>;
};

interface ReportViewProps {
  readonly report: Report;
  readonly by: string;
  readonly note?: string;
}

/** What a verification found, in one sentence and in full. */
export function ReportView({ report, by, note }: ReportViewProps): ReactNode {
  const { format } = useAttestry();
  const { ok, findings, findings_total, duration_ms, checked } = report;
  const counts = Object.entries(t.integrity.counts).filter(([name]) => (checked[name] ?? 0) > 0);
  return (
    <section role={ok ? 'status' : 'alert'} className="at-proof" data-ok={ok}>
      <h3 className="at-proof-head">
        <ShieldIcon ok={ok} />
        {ok ? by : t.integrity.bad(findings_total, format.number(findings_total))}
      </h3>
      <div className="grid gap-2 px-4 py-3">
        <p>{ok ? t.integrity.ok(format.number(checked.records ?? 0)) : t.integrity.badLead}</p>
        <p className="text-[12.5px] text-faint">
          {counts.map(([name, word]) => `${format.number(checked[name] ?? 0)} ${word}`).join(', ')},{' '}
          {t.integrity.duration(`${format.number(Math.round(duration_ms / 100) / 10)} s`)}
          {note === undefined ? '' : `. ${note}`}
        </p>
      </div>
      {findings.length === 0 ? null : <FindingTable findings={findings} />}
    </section>
  );
}

/** Findings that are shown; a log that is damaged everywhere has thousands. */
const SHOWN_MAX = 200;

function FindingTable({ findings }: { readonly findings: readonly Finding[] }): ReactNode {
  const { format } = useAttestry();
  return (
    <div className="overflow-x-auto border-t border-line">
      <table className="w-full text-left">
        <caption className="at-sr">{t.integrity.findings}</caption>
        <thead className="text-[12px] text-faint">
          <tr>
            <th className="py-1.5 pr-3 pl-4 font-medium">{t.integrity.finding.record}</th>
            <th className="px-3 font-medium">{t.integrity.finding.what}</th>
            <th className="px-3 font-medium">{t.integrity.finding.code}</th>
          </tr>
        </thead>
        <tbody>
          {findings.slice(0, SHOWN_MAX).map(({ code, seq, id, field, detail }) => (
            <tr key={`${code} ${seq} ${id} ${field} ${detail}`} className="border-t border-line align-top">
              <td className="py-1.5 pr-3 pl-4 whitespace-nowrap">
                {seq === undefined ? '' : format.number(seq)}{' '}
                {id === undefined ? null : (
                  <Link to="/events/$id" params={{ id }} search={{}} className="at-link">
                    {t.integrity.showRecord}
                  </Link>
                )}
              </td>
              <td className="min-w-[220px] px-3 py-1.5 break-words">
                {field === undefined ? '' : `${field}: `}
                {detail}
              </td>
              <td className="at-mono px-3 py-1.5 text-muted">{code}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
