import type { Bucket, LiveStatus } from '@attestry/react';
import { memo, type ReactNode } from 'react';
import { SavedSearchMenu } from '../searches/saved-search-menu.tsx';
import { type ActivitySearch, type EventFilter, toggleTerm } from './activity-search.ts';
import { ActivityToolbar } from './activity-toolbar.tsx';
import { Histogram } from './histogram.tsx';
import { QueryBar } from './query-bar.tsx';
import { TimeRange } from './time-range.tsx';

const HISTOGRAM_HEIGHT = 56;

/** Changes the address: other members stay as they are. */
export type ChangeSearch = (
  next: Partial<Record<keyof ActivitySearch, string | undefined>>,
  replace?: boolean,
) => void;

interface ActivityHeadProps {
  readonly filter: EventFilter;
  readonly order: 'asc' | 'desc';
  readonly refusal: string | undefined;
  readonly buckets: readonly Bucket[] | undefined;
  readonly total: number | undefined;
  readonly live: LiveStatus;
  readonly waiting: number;
  readonly refresh: () => void;
  readonly change: ChangeSearch;
}

/** What stands above the list. Memoized: walking through the list changes nothing in it. */
export const ActivityHead = memo(function ActivityHead(props: ActivityHeadProps): ReactNode {
  const { filter, order, refusal, buckets, total, live, waiting, refresh, change } = props;
  return (
    <>
      <QueryBar q={filter.q} search={(q) => change({ q, event: undefined })} refusal={refusal}>
        <TimeRange
          filter={filter}
          choose={(range) => change({ from: undefined, to: undefined, time: undefined, ...range })}
        />
        <SavedSearchMenu filter={filter} />
      </QueryBar>
      <div className="mx-4 mt-3 min-[901px]:mx-6">
        <Histogram
          buckets={buckets}
          height={HISTOGRAM_HEIGHT}
          choose={(from, to) =>
            change({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
          }
        />
      </div>
      <ActivityToolbar
        filter={filter}
        order={order}
        total={total}
        live={live}
        waiting={waiting}
        showNew={refresh}
        toggle={(wanted) => change({ q: toggleTerm(filter.q, wanted), event: undefined })}
        setOrder={(next) => change({ order: next === 'asc' ? 'asc' : undefined })}
      />
    </>
  );
});
