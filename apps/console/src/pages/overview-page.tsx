import { useAttestry } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type EventFilter, narrowed } from '../activity/activity-search.ts';
import { Histogram } from '../activity/histogram.tsx';
import { statsQuery } from '../activity/stats.ts';
import { TimeRange } from '../activity/time-range.tsx';
import { useTimeline } from '../activity/use-timeline.ts';
import { RankedList } from '../overview/ranked-list.tsx';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';

const HISTOGRAM_HEIGHT = 140;
const TOP = 8;

/** The numbers at the top, each with the search behind it. */
const FIGURES = [
  { name: 'events' },
  { name: 'failedLogins', term: 'type:user.login.failure', tone: 'red' },
  { name: 'denied', term: 'status:denied', tone: 'red' },
  { name: 'failed', term: 'status:failure', tone: 'red' },
  { name: 'critical', term: 'severity>=high', tone: 'amber' },
] as const;

/** What is counted below, and how many rows of it, by column. Short lists share a column. */
const COLUMNS = [
  [['topActors', 'actor', TOP]],
  [['topTypes', 'type', TOP]],
  [['topTargets', 'target', TOP]],
  [['topAddresses', 'ip', TOP]],
  [['byCategory', 'category', 11]],
  [
    ['byOutcome', 'status', 5],
    ['bySeverity', 'severity', 5],
  ],
] as const;

const TONES = { red: 'text-red', amber: 'text-amber' } as const;

/** What happened as numbers; each opens the events behind it. */
export function OverviewPage(): ReactNode {
  const filter = useSearch({ from: '/app/overview' });
  const navigate = useNavigate({ from: '/overview' });
  const timeline = useTimeline(filter);
  if (timeline.error !== null) return <ProblemState error={timeline.error} />;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[1360px] grid-cols-[minmax(0,1fr)] gap-8 px-4 py-5 min-[901px]:px-8">
        <div className="flex flex-wrap items-end gap-x-8 gap-y-4">
          {FIGURES.map(({ name, ...figure }) => (
            <Figure key={name} name={t.overview[name]} filter={filter} {...figure} />
          ))}
          <span className="ml-auto">
            <TimeRange filter={filter} choose={(range) => void navigate({ search: range })} />
          </span>
        </div>
        <Histogram
          buckets={timeline.data?.buckets}
          height={HISTOGRAM_HEIGHT}
          choose={(from, to) =>
            void navigate({ search: { from: new Date(from).toISOString(), to: new Date(to).toISOString() } })
          }
        />
        <div className="grid gap-x-10 gap-y-8 min-[700px]:grid-cols-2 min-[1100px]:grid-cols-3">
          {COLUMNS.map((lists) => (
            <div key={lists[0][0]} className="grid content-start gap-6">
              {lists.map(([title, by, rows]) => (
                <RankedList
                  key={by}
                  title={t.overview[title]}
                  filter={filter}
                  by={by}
                  field={by}
                  rows={rows}
                />
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly filter: EventFilter;
  /** What the number counts, in the query language; all of the filter when absent. */
  readonly term?: string;
  /** Its colour when it is not zero. */
  readonly tone?: keyof typeof TONES;
}

/** One number, a link to its events. */
function Figure({ name, filter, term, tone }: FigureProps): ReactNode {
  const { format } = useAttestry();
  const counted = term === undefined ? filter : narrowed(filter, term);
  const total = useQuery(statsQuery(counted, 'status')).data?.total;
  const colour = tone === undefined || total === undefined || total === 0 ? '' : TONES[tone];
  return (
    <Link to="/activity" search={counted} className="group grid min-w-[92px] rounded-control">
      <span className="text-[12.5px] text-muted group-hover:text-text">{name}</span>
      <span className={`text-[26px] leading-[34px] font-semibold tracking-[-0.02em] ${colour}`}>
        {total === undefined ? '\u00a0' : format.number(total)}
      </span>
    </Link>
  );
}
