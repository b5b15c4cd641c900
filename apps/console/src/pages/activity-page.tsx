import type { EventView } from '@attestry/core';
import { ApiProblem, type Bucket, type Live } from '@attestry/react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import {
  lazy,
  memo,
  type ReactNode,
  Suspense,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
} from 'react';
import { ActivityHead, type ChangeSearch } from '../activity/activity-head.tsx';
import { type ActivitySearch, filterOf } from '../activity/activity-search.ts';
import { EmptyActivity } from '../activity/empty-activity.tsx';
import { DAY_HEIGHT, EventList, useRowHeight } from '../activity/event-list.tsx';
import type { EventPager } from '../activity/event-pager.ts';
import { OPTIONAL_COLUMNS } from '../activity/event-row.tsx';
import { RowTimes } from '../activity/row-times.ts';
import { useNews, useWaiting } from '../activity/use-news.ts';
import { type Pager, usePager } from '../activity/use-pager.ts';
import { useTimeline, useTotal } from '../activity/use-timeline.ts';
import { queryClient } from '../api/api.ts';
import { usePreferences } from '../app/preferences.ts';
import { useShortcut } from '../app/shortcuts.ts';
import { ProblemState, SkeletonRows } from '../ui/states.tsx';
import { useNarrow } from '../ui/use-narrow.ts';
import { t } from '../words/english.ts';

const EventPanel = lazy(() => import('../event/event-panel.tsx').then((m) => ({ default: m.EventPanel })));

const FirstSteps = lazy(() => import('../first/first-steps.tsx').then((m) => ({ default: m.FirstSteps })));

/** From here on all columns fit beside the panel. */
const WIDE_PX = 1_700;

/** What happened: search, facets, time, and the events one below the other. */
export function ActivityPage(): ReactNode {
  const search = useSearch({ from: '/app/activity' });
  const navigate = useNavigate({ from: '/activity' });
  const isNarrow = useNarrow();
  const { q, from, to, time } = search;
  const filter = useMemo(() => filterOf({ q, from, to, time } as ActivitySearch), [q, from, to, time]);
  const order = search.order ?? 'desc';
  const { data: timeline, isPlaceholderData: isTimelineOld } = useTimeline(filter);
  const total = useTotal(filter);
  // Where new events do not come first, or cannot be in the range, none are waited for.
  const isLiveWanted = order === 'desc' && to === undefined;
  const live = useNews(filter, isLiveWanted);
  // Nothing is read before it is settled from where on new events are told.
  const isPlaced = !isLiveWanted || live.status !== 'connecting';
  const pager = usePager(filter, order, isPlaced);
  // Bars are counted by the time when events happened: they say nothing about the order of recording.
  const isTimed = !isTimelineOld && time !== 'recorded';
  useExpectedRows(pager.next, isTimed ? timeline?.buckets : undefined, order);
  const change: ChangeSearch = useCallback(
    (next, replace = false) => {
      void navigate({ search: (old) => ({ ...old, ...next }) as ActivitySearch, replace });
    },
    [navigate],
  );
  const close = useCallback(() => change({ event: undefined, tab: undefined }), [change]);
  useShortcut('Escape', () => (search.event === undefined ? undefined : close()));
  const { error } = pager.state;
  const refusal = error instanceof ApiProblem && error.status === 400 ? error.message : undefined;
  const open = useCallback((event: EventView) => change({ event: event.id }), [change]);
  const refresh = useRefresh(live, pager, isPlaced);
  const waiting = useWaiting(live, pager);
  // The mark moves at once; what is shown of the event follows when there is time for it.
  const panel = useDeferredValue(search.event);
  const isPanelOpen = panel !== undefined;
  return (
    <div
      className={`grid min-h-0 flex-1 ${isPanelOpen && !isNarrow ? 'grid-cols-[minmax(0,1fr)_minmax(400px,34vw)] min-[1700px]:grid-cols-[minmax(0,1fr)_620px]' : 'grid-cols-1'}`}
    >
      <section
        aria-label={t.activity.label}
        className={`relative flex min-h-0 min-w-0 flex-col ${isPanelOpen && isNarrow ? 'hidden' : ''}`}
      >
        <ActivityHead
          {...{ filter, order, refusal, total, waiting, refresh, change }}
          buckets={timeline?.buckets}
          live={live.status}
        />
        <ListOrState {...{ pager, search, refusal, open, change, refresh, total, isPanelOpen }} />
      </section>
      {panel === undefined ? null : (
        <ShownEvent id={panel} tab={search.tab} pager={pager.pager} close={close} change={change} />
      )}
    </div>
  );
}

/** Reads list and numbers anew, after the stream has begun anew: what comes from then on is new, and nothing else. */
function useRefresh({ restart }: Live, { refresh: readAnew }: Pager, isPlaced: boolean): () => void {
  const isAsked = useRef(false);
  useEffect(() => {
    if (!isAsked.current || !isPlaced) return;
    isAsked.current = false;
    void queryClient.invalidateQueries({ queryKey: ['stats'] });
  });
  return useCallback(() => {
    isAsked.current = true;
    restart();
    readAnew();
  }, [restart, readAnew]);
}

interface ShownEventProps {
  readonly id: string;
  readonly tab: string | undefined;
  readonly pager: EventPager;
  readonly close: () => void;
  readonly change: ChangeSearch;
}

/** The panel of an event. Memoized: while the mark moves on, it stays as it is. */
const ShownEvent = memo(function ShownEvent({ id, tab, pager, close, change }: ShownEventProps): ReactNode {
  const row = pager.rowOf(id);
  return (
    <Suspense fallback={<div className="border-l border-line bg-panel" />}>
      <EventPanel
        id={id}
        tab={tab}
        known={row === undefined ? undefined : pager.at(row)}
        close={close}
        setTab={(next) => change({ tab: next }, true)}
        step={(by) => {
          const now = pager.rowOf(id);
          const next = now === undefined ? undefined : pager.at(now + by);
          if (next !== undefined) change({ event: next.id }, true);
        }}
      />
    </Suspense>
  );
});

/** Tells the list how long it is, and when its rows happened, as soon as that is counted. */
function useExpectedRows(
  pager: EventPager,
  buckets: readonly Bucket[] | undefined,
  order: 'asc' | 'desc',
): void {
  useEffect(() => {
    if (buckets !== undefined) pager.expect(new RowTimes(buckets, order));
  }, [pager, buckets, order]);
}

interface ListOrStateProps {
  readonly pager: Pager;
  readonly search: ActivitySearch;
  readonly refusal: string | undefined;
  readonly total: number | undefined;
  readonly open: (event: EventView) => void;
  readonly refresh: () => void;
  readonly change: ChangeSearch;
  readonly isPanelOpen: boolean;
}

/** The events, or what stands there instead. */
function ListOrState(props: ListOrStateProps): ReactNode {
  const { pager, search, refusal, total, open, change, refresh, isPanelOpen } = props;
  const chosen = usePreferences().columns;
  const rowHeight = useRowHeight();
  // Beside the panel there is room for what happened and how it ended.
  const isWide = !isPanelOpen || innerWidth >= WIDE_PX;
  const columns = useMemo(
    () => OPTIONAL_COLUMNS.filter((column) => chosen.includes(column) && (isWide || column === 'outcome')),
    [chosen, isWide],
  );
  const { state } = pager;
  const isFiltered = search.q !== undefined || search.from !== undefined || search.to !== undefined;
  const firstSteps = (
    <Suspense fallback={<div className="flex-1 border-t border-line" />}>
      <FirstSteps refresh={refresh} />
    </Suspense>
  );
  if (state.rows === 0) {
    if (refusal !== undefined) return <div className="flex-1 border-t border-line" />;
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
          <SkeletonRows rows={24} rowHeight={rowHeight} headingHeight={DAY_HEIGHT} />
        </div>
      );
    }
    if (!isFiltered) return firstSteps;
    return (
      <EmptyActivity
        hasRange={search.from !== undefined || search.to !== undefined}
        clear={() => change({ q: undefined, from: undefined, to: undefined, time: undefined })}
        clearRange={() => change({ from: undefined, to: undefined, time: undefined })}
      />
    );
  }
  const isFresh = !isFiltered && search.event === undefined && isOnlyOwn(pager);
  const list = (
    <EventList
      pager={pager}
      selected={search.event}
      columns={columns}
      total={total}
      open={open}
      walk={(event) => change({ event: event.id }, true)}
      footer={<ListEnd pager={pager} search={search} />}
    />
  );
  return (
    <>
      {isFresh ? firstSteps : null}
      <ListProblem pager={pager} />
      {list}
    </>
  );
}

/** From here on a log is not taken for a new one, whatever is in it. */
const FRESH_ROWS_MAX = 60;

/** Whether a log holds nothing but what it recorded about itself. */
function isOnlyOwn({ pager, state }: Pager): boolean {
  if (state.hasMore || state.rows > FRESH_ROWS_MAX) return false;
  return Array.from({ length: state.rows }, (_, row) => pager.at(row)).every(
    (event) => event?.received_from === 'attestry',
  );
}

function ListEnd({ pager, search }: Pick<ListOrStateProps, 'pager' | 'search'>): ReactNode {
  const end = search.order === 'asc' ? t.activity.endOldest : t.activity.end;
  return (
    <p className="py-4 text-center text-[12px] text-faint">
      {pager.state.hasMore ? t.activity.loadingMore : end}
    </p>
  );
}

/** Rows that could not be read, above those that could, wherever in the list somebody is. */
function ListProblem({ pager }: Pick<ListOrStateProps, 'pager'>): ReactNode {
  const { status, error } = pager.state;
  if (status !== 'failed' || error === undefined) return null;
  return (
    <p
      role="alert"
      className="flex items-center gap-3 border-t border-line px-4 py-2 text-red min-[901px]:px-6"
    >
      <span className="min-w-0 flex-1">{error.message}</span>
      <button type="button" className="button" onClick={() => pager.pager.retry()}>
        {t.states.retry}
      </button>
    </p>
  );
}
