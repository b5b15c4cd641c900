import type { EventView } from '@attestry/core';
import { ApiProblem, useAttestry } from '@attestry/react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useCallback } from 'react';
import { type ActivitySearch, filterOf, toggleTerm } from '../activity/activity-search.ts';
import { ActivityToolbar } from '../activity/activity-toolbar.tsx';
import { EmptyActivity } from '../activity/empty-activity.tsx';
import { EventList } from '../activity/event-list.tsx';
import { OPTIONAL_COLUMNS } from '../activity/event-row.tsx';
import { Histogram } from '../activity/histogram.tsx';
import { QueryBar } from '../activity/query-bar.tsx';
import { TimeRange } from '../activity/time-range.tsx';
import { useTimeline } from '../activity/timeline.ts';
import { useLive } from '../activity/use-live.ts';
import { usePager } from '../activity/use-pager.ts';
import { usePreferences } from '../app/preferences.ts';
import { useShortcut } from '../app/shortcuts.ts';
import { ProblemState, SkeletonRows } from '../ui/states.tsx';
import { useNarrow } from '../ui/use-narrow.ts';
import { t } from '../words/english.ts';

const EventPanel = lazy(() => import('../event/event-panel.tsx').then((m) => ({ default: m.EventPanel })));

const HISTOGRAM_HEIGHT = 56;
/** From here on all columns fit beside the panel. */
const WIDE_PX = 1_700;

/** What happened: search, facets, time, and the events one below the other. */
export function ActivityPage(): ReactNode {
  const search = useSearch({ from: '/app/activity' });
  const navigate = useNavigate({ from: '/activity' });
  const isNarrow = useNarrow();
  const filter = filterOf(search);
  const pager = usePager(filter, search.order ?? 'desc');
  const timeline = useTimeline(filter);
  const live = useLive(filter, search.order !== 'asc' && search.to === undefined);
  const change = useCallback(
    (next: Partial<Record<keyof ActivitySearch, string | undefined>>, replace = false): void => {
      void navigate({ search: (old) => ({ ...old, ...next }) as ActivitySearch, replace });
    },
    [navigate],
  );
  const close = useCallback(() => change({ event: undefined, tab: undefined }), [change]);
  useShortcut('Escape', () => (search.event === undefined ? undefined : close()));
  const { error } = pager.state;
  const problem = error instanceof ApiProblem && error.status === 400 ? error.message : undefined;
  const open = useCallback((event: EventView) => change({ event: event.id }), [change]);
  const refresh = (): void => {
    live.reset();
    pager.refresh();
  };
  const isPanelOpen = search.event !== undefined;
  return (
    <div
      className={`grid min-h-0 flex-1 ${isPanelOpen && !isNarrow ? 'grid-cols-[minmax(0,1fr)_minmax(400px,34vw)] min-[1700px]:grid-cols-[minmax(0,1fr)_620px]' : 'grid-cols-1'}`}
    >
      <section
        aria-label={t.activity.label}
        className={`relative flex min-h-0 min-w-0 flex-col ${isPanelOpen && isNarrow ? 'hidden' : ''}`}
      >
        <QueryBar q={search.q} search={(q) => change({ q, event: undefined })} problem={problem}>
          <TimeRange
            filter={filter}
            choose={(range) => change({ from: undefined, to: undefined, time: undefined, ...range })}
          />
        </QueryBar>
        <div className="mx-4 mt-3 min-[901px]:mx-6">
          <Histogram
            buckets={timeline.buckets}
            height={HISTOGRAM_HEIGHT}
            choose={(from, to) =>
              change({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
            }
          />
        </div>
        <ActivityToolbar
          filter={filter}
          order={search.order ?? 'desc'}
          total={timeline.total}
          live={live}
          showNew={refresh}
          toggle={(wanted) => change({ q: toggleTerm(search.q, wanted), event: undefined })}
          setOrder={(order) => change({ order: order === 'asc' ? 'asc' : undefined })}
        />
        <ListOrState {...{ pager, search, problem, open, change }} total={timeline.total} />
      </section>
      {search.event === undefined ? null : (
        <Suspense fallback={<div className="border-l border-line bg-panel" />}>
          <EventPanel
            id={search.event}
            tab={search.tab}
            known={knownEvent(pager, search.event)}
            close={close}
            setTab={(tab) => change({ tab }, true)}
            step={(by) => {
              const row = pager.pager.rowOf(search.event ?? '');
              const next = row === undefined ? undefined : pager.pager.at(row + by);
              if (next !== undefined) change({ event: next.id }, true);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

function knownEvent({ pager }: ReturnType<typeof usePager>, id: string): EventView | undefined {
  const row = pager.rowOf(id);
  return row === undefined ? undefined : pager.at(row);
}

interface ListOrStateProps {
  readonly pager: ReturnType<typeof usePager>;
  readonly search: ActivitySearch;
  readonly problem: string | undefined;
  readonly total: number | undefined;
  readonly open: (event: EventView) => void;
  readonly change: (
    next: Partial<Record<keyof ActivitySearch, string | undefined>>,
    replace?: boolean,
  ) => void;
}

/** The events, or what stands there instead. */
function ListOrState({ pager, search, problem, total, open, change }: ListOrStateProps): ReactNode {
  const chosen = usePreferences().columns;
  // Beside the panel there is room for what happened and how it ended.
  const isWide = search.event === undefined || innerWidth >= WIDE_PX;
  const columns = OPTIONAL_COLUMNS.filter(
    (column) => chosen.includes(column) && (isWide || column === 'outcome'),
  );
  const { state } = pager;
  if (state.rows === 0) {
    if (problem !== undefined) return <div className="flex-1 border-t border-line" />;
    if (state.status === 'failed' && state.error !== undefined) {
      return (
        <div className="flex-1 overflow-y-auto border-t border-line">
          <ProblemState error={state.error} retry={() => pager.pager.retry()} />
        </div>
      );
    }
    if (state.status === 'loading') {
      return (
        <div className="flex-1 overflow-hidden border-t border-line">
          <SkeletonRows rows={24} height={36} />
        </div>
      );
    }
    return (
      <EmptyActivity
        isFiltered={search.q !== undefined || search.from !== undefined || search.to !== undefined}
        hasRange={search.from !== undefined || search.to !== undefined}
        clear={() => change({ q: undefined, from: undefined, to: undefined, time: undefined })}
        clearRange={() => change({ from: undefined, to: undefined, time: undefined })}
      />
    );
  }
  return (
    <EventList
      pager={pager}
      selected={search.event}
      columns={columns}
      total={total}
      open={open}
      walk={(event) => change({ event: event.id }, true)}
      footer={<ListEnd pager={pager} search={search} change={change} />}
    />
  );
}

function ListEnd({
  pager,
  search,
  change,
}: Pick<ListOrStateProps, 'pager' | 'search' | 'change'>): ReactNode {
  const { format } = useAttestry();
  const { state } = pager;
  if (state.status === 'failed' && state.error !== undefined) {
    return (
      <p role="alert" className="flex items-center justify-center gap-3 py-4 text-red">
        {state.error.message}
        <button type="button" className="button" onClick={() => pager.pager.retry()}>
          {t.states.retry}
        </button>
      </p>
    );
  }
  if (state.isTooFar) {
    const last = pager.pager.at(state.rows - 1)?.occurred_at;
    return (
      <p className="flex items-center justify-center gap-3 py-4 text-muted">
        {t.activity.tooFar}
        {last === undefined ? null : (
          <button
            type="button"
            className="button"
            onClick={() => change(search.order === 'asc' ? { from: last } : { to: last })}
          >
            {t.activity.continueHere} {format.shortMoment(last)}
          </button>
        )}
      </p>
    );
  }
  return (
    <p className="py-4 text-center text-[12px] text-faint">
      {state.hasMore
        ? t.activity.loadingMore
        : search.order === 'asc'
          ? t.activity.endOldest
          : t.activity.end}
    </p>
  );
}
