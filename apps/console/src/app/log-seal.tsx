import { ShieldIcon, useAttestry } from '@attestry/react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import type { LogState } from './log-state.ts';

const TONES: Readonly<Record<LogState['status'], string>> = {
  verified: 'text-accent bg-accent-soft border-accent-line',
  checking: 'text-muted bg-panel border-line',
  unchecked: 'text-muted bg-panel border-line',
  unknown: 'text-muted bg-panel border-line',
  loading: 'text-muted bg-panel border-line',
  damaged: 'text-red bg-panel border-red-line',
};

/** The state of the whole log, on every page. */
export function LogSeal({ log }: { readonly log: LogState }): ReactNode {
  const { format } = useAttestry();
  const since = Math.max(0, log.size - (log.checked_size ?? log.size));
  const [long, short] = ((): readonly [string, string] => {
    switch (log.status) {
      case 'verified':
        return [t.seal.verified(format.number(log.checked_size ?? log.size)), t.seal.verifiedShort];
      case 'checking':
        return [t.seal.checking, t.seal.checking];
      case 'unchecked':
        return [
          since > 0 && log.checked_at !== undefined
            ? t.seal.uncheckedSince(format.number(since))
            : t.seal.unchecked,
          t.seal.unchecked,
        ];
      case 'damaged':
        return [
          t.seal.damaged(log.findings_total ?? 1, format.number(log.findings_total ?? 1)),
          t.seal.damagedShort,
        ];
      case 'unknown':
        return [t.seal.unknown, t.seal.unknown];
      case 'loading':
        return [t.states.loading, t.states.loading];
    }
  })();
  return (
    <Link
      to="/integrity"
      title={t.seal.hint}
      className={`flex min-h-[28px] items-center gap-[7px] rounded-full border py-[3px] pr-[11px] pl-2 text-[12.5px] font-[550] whitespace-nowrap ${TONES[log.status]}`}
    >
      {log.status === 'verified' || log.status === 'damaged' ? (
        <ShieldIcon ok={log.status === 'verified'} />
      ) : (
        <Icon name={log.status === 'checking' ? 'clock' : 'integrity'} size={14} />
      )}
      <span className="hidden min-[640px]:inline">{long}</span>
      <span className="min-[640px]:hidden">{short}</span>
    </Link>
  );
}

/** Damage cannot be overlooked: it stands above every page. */
export function DamageBar({ log }: { readonly log: LogState }): ReactNode {
  const { format } = useAttestry();
  const count = log.findings_total ?? 1;
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-3 border-b border-red-line bg-red-soft px-6 py-2 text-red"
    >
      <Icon name="alert" />
      <strong className="font-semibold">{t.integrity.damaged}</strong>
      <span>{t.integrity.bad(count, format.number(count))}</span>
      <Link to="/integrity" className="ml-auto font-[550] underline underline-offset-3">
        {t.integrity.seeFindings}
      </Link>
    </div>
  );
}
