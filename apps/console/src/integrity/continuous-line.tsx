import { type Format, useAttestry } from '@attestry/react';
import type { ReactNode } from 'react';
import type { ContinuousCheck } from '../app/log-state.ts';
import { t } from '../words/english.ts';

/** How the server checks the log by itself: how often, what it found last, and when it looks again. */
export function ContinuousLine({ check }: { readonly check: ContinuousCheck | undefined }): ReactNode {
  const { format } = useAttestry();
  const words = t.integrity.continuousCheck;
  if (check === undefined) return null;
  if (!check.enabled) return <span className="text-amber">{words.off}</span>;
  const { interval_s, last_at, next_at, last_status, last_error } = check;
  return (
    <>
      {interval_s === undefined ? words.on : words.every(durationOf(interval_s, format))}
      <span className="block text-muted">
        {last_at === undefined ? (
          words.notYet
        ) : (
          <span className={last_status === 'ok' ? '' : 'text-red'}>
            {words.last(format.moment(last_at), words.found[last_status ?? 'ok'])}
            {last_error === undefined ? '' : `: ${last_error}`}
          </span>
        )}
        {next_at === undefined ? '' : `. ${words.next(format.relative(next_at, Date.now()))}`}
      </span>
    </>
  );
}

const HOUR_S = 3_600;
const MINUTE_S = 60;

function durationOf(seconds: number, format: Format): string {
  const words = t.integrity.continuousCheck;
  if (seconds % HOUR_S === 0) return words.hours(seconds / HOUR_S, format.number(seconds / HOUR_S));
  if (seconds % MINUTE_S === 0) return words.minutes(seconds / MINUTE_S, format.number(seconds / MINUTE_S));
  return words.seconds(seconds, format.number(seconds));
}
