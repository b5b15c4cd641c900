import { useAttestry } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type EventFilter, narrowed } from '../activity/activity-search.ts';
import { Histogram } from '../activity/histogram.tsx';
import { statsQuery } from '../activity/stats.ts';
import { TimeRange } from '../activity/time-range.tsx';
import { useTimeline } from '../activity/timeline.ts';
import { RankedList } from '../overview/ranked-list.tsx';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';

const HISTOGRAM_HEIGHT = 140;
const TOP = 8;

/** What happened as numbers; each opens the events behind it. */
export function OverviewPage(): ReactNode {
  const filter = useSearch({ from: '/app/overview' });
  const navigate = useNavigate({ from: '/overview' });
  const timeline = useTimeline(filter);
  if (timeline.error !== null) return <ProblemState error={timeline.error} />;
  const lists = [
    [t.overview.byCategory, 'category', 'category', 11],
    [t.overview.byOutcome, 'status', 'status', 6],
    [t.overview.bySeverity, 'severity', 'severity', 5],
    [t.overview.topActors, 'actor', 'actor', TOP],
    [t.overview.topTypes, 'type', 'type', TOP],
    [t.overview.topTargets, 'target', 'target', TOP],
    [t.overview.topAddresses, 'ip', 'ip', TOP],
  ] as const;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[1360px] gap-8 px-4 py-5 min-[901px]:px-8">
        <div className="flex flex-wrap items-end gap-x-8 gap-y-4">
          <Figure name={t.overview.events} filter={filter} />
          <Figure
            name={t.overview.failedLogins}
            filter={filter}
            term="type:user.login.failure"
            only={[['type', 'user.login.failure']]}
            tone="red"
          />
          <Figure
            name={t.overview.denied}
            filter={filter}
            term="status:denied"
            only={[['status', 'denied']]}
            tone="red"
          />
          <Figure
            name={t.overview.failed}
            filter={filter}
            term="status:failure"
            only={[['status', 'failure']]}
            tone="red"
          />
          <Figure
            name={t.overview.critical}
            filter={filter}
            term="severity>=high"
            only={[['severity', '>=high']]}
            tone="amber"
          />
          <span className="ml-auto">
            <TimeRange filter={filter} choose={(range) => void navigate({ search: range })} />
          </span>
        </div>
        <Histogram
          buckets={timeline.buckets}
          height={HISTOGRAM_HEIGHT}
          choose={(from, to) =>
            void navigate({ search: { from: new Date(from).toISOString(), to: new Date(to).toISOString() } })
          }
        />
        <div className="grid gap-x-10 gap-y-8 min-[700px]:grid-cols-2 min-[1100px]:grid-cols-3">
          {lists.map(([title, by, field, rows]) => (
            <RankedList key={by} title={title} filter={filter} by={by} field={field} rows={rows} />
          ))}
        </div>
      </div>
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly filter: EventFilter;
  /** The search behind the number, in the query language. */
  readonly term?: string;
  /** The same as parameters. */
  readonly only?: readonly (readonly [string, string])[];
  readonly tone?: 'red' | 'amber';
}

/** One number, a link to its events. */
function Figure({ name, filter, term, only = [], tone }: FigureProps): ReactNode {
  const { format } = useAttestry();
  const stats = useQuery(statsQuery(filter, 'status', { only }));
  const total = stats.data?.total;
  const colour =
    total !== undefined && total > 0
      ? tone === 'red'
        ? 'text-red'
        : tone === 'amber'
          ? 'text-amber'
          : ''
      : '';
  return (
    <Link
      to="/activity"
      search={term === undefined ? filter : narrowed(filter, term)}
      className="group grid min-w-[92px] rounded-control"
    >
      <span className="text-[12.5px] text-muted group-hover:text-text">{name}</span>
      <span className={`text-[26px] leading-[34px] font-semibold tracking-[-0.02em] ${colour}`}>
        {total === undefined ? ' ' : format.number(total)}
      </span>
    </Link>
  );
}
