import { ShieldIcon, useAttestry } from '@attestry/react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import type { LogState } from './log-state.ts';

const TONES = {
  verified: 'text-accent bg-accent-soft border-accent-line',
  plain: 'text-muted bg-panel border-line',
  damaged: 'text-red bg-panel border-red-line',
} as const;

/** From this share of its records on a log counts as verified; before, most of it may be anything. */
const SHARE_VERIFIED = 0.5;

/** The state of the whole log, on every page: what was verified, and of how much. */
export function LogSeal({ log }: { readonly log: LogState }): ReactNode {
  const { format } = useAttestry();
  const checked = Math.min(log.size, log.checked_size ?? log.size);
  const isVerified = log.status === 'verified' && checked > 0 && checked >= log.size * SHARE_VERIFIED;
  const tone = log.status === 'damaged' ? 'damaged' : isVerified ? 'verified' : 'plain';
  const part = (isShort: boolean): string => {
    const number = (value: number): string => (isShort ? format.compact(value) : format.number(value));
    return checked === log.size
      ? t.seal.verified(checked, number(checked))
      : t.seal.verifiedOf(number(checked), number(log.size));
  };
  const [long, short] = ((): readonly [string, string] => {
    switch (log.status) {
      case 'verified':
        return [part(false), part(true)];
      case 'checking':
        return checked === 0 || checked === log.size
          ? [t.seal.checking, t.seal.checking]
          : [`${t.seal.checking}, ${part(false)}`, t.seal.checking];
      case 'unchecked':
        return checked === 0 ? [t.seal.unchecked, t.seal.unchecked] : [part(false), part(true)];
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
      data-tone={tone}
      className={`flex min-h-[28px] items-center gap-[7px] rounded-full border py-[3px] pr-[11px] pl-2 text-[12.5px] font-[550] whitespace-nowrap ${TONES[tone]}`}
    >
      {tone === 'plain' ? (
        <Icon name={log.status === 'checking' ? 'clock' : 'integrity'} size={14} />
      ) : (
        <ShieldIcon ok={tone === 'verified'} />
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
      <span>
        {t.integrity.bad(count, format.number(count))}
        {log.found === undefined ? '' : `, ${t.integrity.foundHere}`}
      </span>
      <Link to="/integrity" className="ml-auto font-[550] underline underline-offset-3">
        {t.integrity.seeFindings}
      </Link>
    </div>
  );
}
