import { bodyOf, type components, useAttestry } from '@attestry/react';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { api } from '../api/api.ts';
import type { LogState } from '../app/log-state.ts';
import { useMe } from '../app/me.tsx';
import { logNameOf, refreshLogState } from '../app/use-log-state.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import { noteDamage, type Verified, withServerVerification } from './found-damage.ts';
import { ReportView } from './report-view.tsx';

type VerifyJob = components['schemas']['VerifyJob'];

const POLL_MS = 700;

const isOpen = (job: VerifyJob | undefined): boolean =>
  job?.status === 'waiting' || job?.status === 'running';

const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['verify', id],
    queryFn: ({ signal }) => bodyOf(api.client.GET('/v1/verify/{id}', { params: { path: { id } }, signal })),
    refetchInterval: (query) => (isOpen(query.state.data) ? POLL_MS : false),
  });

/** The server's own verification: the newest one, and a new one on request. */
export function ServerCheck({ log }: { readonly log: LogState }): ReactNode {
  const { format } = useAttestry();
  const name = logNameOf(useMe());
  const [started, setStarted] = useState<string>();
  const id = started ?? log.job;
  const job = useQuery({ ...jobQuery(id ?? ''), enabled: id !== undefined });
  const start = useMutation({
    mutationFn: () => bodyOf(api.client.POST('/v1/verify', { body: {} })),
    onSuccess: ({ id: made }) => {
      setStarted(made);
      refreshLogState();
    },
  });
  const { status, report } = (started === undefined ? undefined : job.data) ?? {};
  // What it found is the state of the whole log, on every page, at once.
  useEffect(() => {
    if (status !== 'done' && status !== 'failed') return;
    if (report !== undefined)
      noteDamage(name, (found) => withServerVerification(found, report as unknown as Verified));
    refreshLogState();
  }, [status, report, name]);
  const isBusy = start.isPending || isOpen(job.data);
  const error = start.error?.message ?? job.data?.error;
  return (
    <section className="grid content-start gap-3" aria-label={t.integrity.server}>
      <h2 className="text-[15px] font-semibold">{t.integrity.server}</h2>
      <p className="text-muted">{t.integrity.serverLead}</p>
      <div>
        <button type="button" className="button" disabled={isBusy} onClick={() => start.mutate()}>
          <Icon name="play" size={14} />
          {isBusy ? t.integrity.running : t.integrity.serverRun}
        </button>
      </div>
      {error === undefined ? null : (
        <p role="alert" className="text-red">
          {error}
        </p>
      )}
      {job.data === undefined ? (
        <p className="text-faint">
          {id === undefined
            ? t.integrity.never(format.number(log.checked_size ?? 0), format.number(log.size))
            : ''}
        </p>
      ) : (
        <JobView job={job.data} />
      )}
    </section>
  );
}

function JobView({ job }: { readonly job: VerifyJob }): ReactNode {
  const { format } = useAttestry();
  if (isOpen(job)) {
    const { records = 0, total = 0 } = job.progress ?? {};
    return (
      <div className="grid gap-1.5">
        <progress
          className="progress"
          value={records}
          max={Math.max(1, total)}
          aria-label={t.integrity.server}
        />
        <p className="text-[12.5px] text-muted">
          {job.status === 'waiting'
            ? t.integrity.waiting
            : t.integrity.progress(format.number(records), format.number(total))}
        </p>
      </div>
    );
  }
  const { report, finished_at } = job;
  if (report === undefined) return null;
  return (
    <ReportView
      report={report as never}
      by={t.integrity.okServer}
      {...(finished_at === undefined ? {} : { note: t.integrity.checkedAt(format.moment(finished_at)) })}
    />
  );
}
