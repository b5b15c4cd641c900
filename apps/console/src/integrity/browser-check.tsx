import { useAttestry } from '@attestry/react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { LogIdentity } from '../api/session.ts';
import { useMe } from '../app/me.tsx';
import { logNameOf } from '../app/use-log-state.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import { findingsOf, useFoundDamage } from './found-damage.ts';
import { ReportView } from './report-view.tsx';
import { type BrowserVerification, useBrowserVerification } from './use-browser-verification.ts';

/** Verifies the log, or a range of it, in this browser. */
export function BrowserCheck({
  tenant,
  log,
}: {
  readonly tenant: string;
  readonly log: LogIdentity;
}): ReactNode {
  const { state, start, cancel } = useBrowserVerification(tenant, log);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const isRunning = state.kind === 'running';
  const number = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
  const run = (): void => {
    const first = number(from);
    const end = number(to);
    start({ ...(first === undefined ? {} : { from: first }), ...(end === undefined ? {} : { to: end }) });
  };
  return (
    <section className="grid content-start gap-3" aria-label={t.integrity.browser}>
      <h2 className="text-[15px] font-semibold">{t.integrity.browser}</h2>
      <p className="text-muted">{t.integrity.browserLead}</p>
      <FoundHere />
      <div className="flex flex-wrap items-center gap-2">
        <RangeInput
          label={t.integrity.rangeFrom}
          value={from}
          set={setFrom}
          placeholder="0"
          isDisabled={isRunning}
        />
        <RangeInput
          label={t.integrity.rangeTo}
          value={to}
          set={setTo}
          placeholder={String(log.size)}
          isDisabled={isRunning}
        />
        {isRunning ? (
          <button type="button" className="button" onClick={cancel}>
            <Icon name="stop" size={14} />
            {t.integrity.cancel}
          </button>
        ) : (
          <button type="button" className="button button-primary" onClick={run}>
            <Icon name="play" size={14} />
            {t.integrity.browserRun}
          </button>
        )}
      </div>
      <Outcome state={state} />
    </section>
  );
}

/** What this browser found before, until it is verified again. */
function FoundHere(): ReactNode {
  const { format } = useAttestry();
  const found = useFoundDamage(logNameOf(useMe()));
  const { events, range } = found;
  if (findingsOf(found) === 0) return null;
  return (
    <div role="alert" className="rounded-box border border-red-line bg-red-soft px-4 py-3 text-red">
      <p className="font-[550]">{t.integrity.foundLead}</p>
      <ul>
        {events.map(({ id, seq, by }) => (
          <li key={`${id} ${by}`}>
            <Link to="/events/$id" params={{ id }} search={{}} className="underline underline-offset-3">
              {t.integrity.foundEvent(format.number(seq), by)}
            </Link>
          </li>
        ))}
        {range === undefined ? null : (
          <li>
            {t.integrity.foundRange(
              t.integrity.bad(range.findings, format.number(range.findings)),
              format.number(range.from),
              format.number(range.to),
            )}
          </li>
        )}
      </ul>
    </div>
  );
}

interface RangeInputProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly isDisabled: boolean;
  readonly set: (value: string) => void;
}

function RangeInput({ label, value, placeholder, isDisabled, set }: RangeInputProps): ReactNode {
  return (
    <label className="flex items-center gap-2 text-muted">
      {label}
      <input
        inputMode="numeric"
        pattern="\d*"
        className="field w-[104px]"
        value={value}
        placeholder={placeholder}
        disabled={isDisabled}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
}

function Outcome({ state }: { readonly state: BrowserVerification }): ReactNode {
  switch (state.kind) {
    case 'idle':
      return null;
    case 'cancelled':
      return <p role="status">{t.integrity.cancelled}</p>;
    case 'failed':
      return (
        <p role="alert" className="text-red">
          {state.message}
        </p>
      );
    case 'running':
      return <Progress {...state} />;
    case 'done':
      return (
        <ReportView
          report={{ ...state.report, checked: { ...state.report.checked } }}
          by={t.integrity.okBrowser}
          note={t.integrity.notChecked}
        />
      );
  }
}

function Progress(props: Extract<BrowserVerification, { readonly kind: 'running' }>): ReactNode {
  const { done, total, findings, startedAt } = props;
  const { format } = useAttestry();
  const seconds = (performance.now() - startedAt) / 1_000;
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? (total - done) / rate : 0;
  return (
    <div className="grid gap-1.5">
      <progress className="progress" value={done} max={Math.max(1, total)} aria-label={t.integrity.browser} />
      <p className="text-[12.5px] text-muted">
        {t.integrity.progress(format.number(done), format.number(total))},{' '}
        {t.integrity.rate(format.number(Math.round(rate)))}
        {left >= 2 ? `, ${t.integrity.left(`${format.number(Math.ceil(left))} s`)}` : ''}
      </p>
      {findings > 0 ? (
        <p className="font-[550] text-red">{t.integrity.bad(findings, format.number(findings))}</p>
      ) : null}
    </div>
  );
}
