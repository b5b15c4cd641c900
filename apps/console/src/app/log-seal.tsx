import { ApiProblem, ShieldIcon, useAttestry } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '../api/api.ts';
import type { Me } from '../api/session.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';

/** What the server knows of the state of the whole log. */
export interface LogState {
  readonly status: 'verified' | 'checking' | 'unchecked' | 'damaged' | 'unknown';
  readonly size: number;
  readonly checked_at?: string;
  /** Records that the newest finished verification read. */
  readonly checked_size?: number;
  readonly findings_total?: number;
  /** The newest verification: its report is at /v1/verify/{job}. */
  readonly job?: string;
}

const REFRESH_MS = 30_000;
const REFRESH_RUNNING_MS = 2_000;

/** Asks for the state of the log, now and again; where the reader has no right to it, it is unknown. */
export function useLogState(me: Me): LogState {
  const state = useQuery({
    queryKey: ['log-state'],
    queryFn: async (): Promise<LogState> => {
      try {
        return (await (await api.fetch('/v1/integrity')).json()) as LogState;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 403)
          return { status: 'unknown', size: me.log.size };
        throw error;
      }
    },
    refetchInterval: (query) => (query.state.data?.status === 'checking' ? REFRESH_RUNNING_MS : REFRESH_MS),
  });
  return state.data ?? { status: 'unknown', size: me.log.size };
}

const TONES: Readonly<Record<LogState['status'], string>> = {
  verified: 'text-accent bg-accent-soft border-accent-line',
  checking: 'text-muted bg-panel border-line',
  unchecked: 'text-muted bg-panel border-line',
  unknown: 'text-muted bg-panel border-line',
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
