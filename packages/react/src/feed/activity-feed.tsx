import { type ReactNode, useCallback, useState } from 'react';
import { useAttestry } from '../components/context.tsx';
import type { LinkTo } from '../components/event-summary.tsx';
import { ProblemNote } from '../components/problem.tsx';
import { type HeadingLevel, Root } from '../components/root.tsx';
import type { EventFilter } from '../event/event-filter.ts';
import type { EventView } from '../event/event-view.ts';
import type { EventPage } from '../hooks/use-events.ts';
import type { LiveStatus } from '../live/follow-events.ts';
import {
  chosenFilter,
  FEED_FILTERS,
  type FeedChoice,
  type FeedFilter,
  isNarrowed,
  NO_CHOICE,
} from './feed-choice.ts';
import { FeedFilters } from './feed-filters.tsx';
import { FeedList } from './feed-list.tsx';
import { type Feed, useFeed } from './use-feed.ts';

export interface ActivityFeedProps {
  /** Which events; readers can narrow it, never widen it. What the token allows counts besides. */
  readonly filter?: EventFilter;
  readonly order?: 'desc' | 'asc';
  /** Events per request, 25 when absent. */
  readonly pageSize?: number;
  /** What readers may narrow by; all when absent, none with `false`. */
  readonly filters?: boolean | readonly FeedFilter[];
  /** Tells of new events as they are recorded. `true` when absent. */
  readonly live?: boolean;
  /** The first page, when the server that renders the page has it. */
  readonly initial?: EventPage;
  /** Name of the feed for screen readers; "Events" when absent. */
  readonly label?: string;
  /** Called with the event of a row that was pressed, which then does not open below it; show it where you like. */
  readonly onSelect?: (event: EventView) => void;
  /** Id of the event that is shown elsewhere. */
  readonly selected?: string;
  readonly linkTo?: LinkTo;
  /** Shown when there are no events at all. */
  readonly empty?: ReactNode;
  /** Level of the heading of an open event. 3 when absent. */
  readonly headingLevel?: HeadingLevel;
}

/** Events as sentences, newest first, with filters, live; a press on one opens it with its proof. */
export function ActivityFeed(props: ActivityFeedProps): ReactNode {
  const { filter = {}, filters = true, label, onSelect, selected, linkTo, headingLevel = 3 } = props;
  const { words } = useAttestry();
  const [choice, setChoice] = useState(NO_CHOICE);
  const [openId, setOpenId] = useState<string>();
  const feed = useFeed(chosenFilter(filter, choice), {
    order: props.order ?? 'desc',
    pageSize: props.pageSize ?? 25,
    initial: isNarrowed(choice) ? undefined : props.initial,
    isLive: props.live ?? true,
  });
  const { list, status, waiting, showNew } = feed;
  const press = useCallback(
    (event: EventView) => {
      if (onSelect === undefined) setOpenId((open) => (open === event.id ? undefined : event.id));
      else onSelect(event);
    },
    [onSelect],
  );
  const shown = filters === true ? FEED_FILTERS : filters === false ? [] : filters;
  const isWrong = list.error?.status === 400 && choice.search !== '';
  return (
    <Root className="at-feed" label={label ?? words.feed.label}>
      <div className="at-bar">
        {shown.length === 0 ? null : (
          <FeedFilters
            shown={shown}
            choice={choice}
            choose={setChoice}
            problem={isWrong ? (list.error?.errors[0]?.detail ?? list.error?.message) : undefined}
          />
        )}
        {props.live === false ? null : <LiveMark status={status} />}
      </div>
      <NewBar count={waiting} show={showNew} />
      {list.events.length === 0 ? (
        <NoEvents {...{ feed, choice, isWrong }} empty={props.empty} clear={() => setChoice(NO_CHOICE)} />
      ) : (
        <FeedList
          events={list.events}
          isOld={list.status === 'loading'}
          openId={onSelect === undefined ? openId : selected}
          isExpanding={onSelect === undefined}
          press={press}
          close={() => setOpenId(undefined)}
          linkTo={linkTo}
          headingLevel={headingLevel}
        />
      )}
      {list.events.length === 0 ? null : <FeedEnd feed={feed} />}
    </Root>
  );
}

function LiveMark({ status }: { readonly status: LiveStatus }): ReactNode {
  const { words } = useAttestry();
  if (status === 'off') return null;
  return (
    <span className="at-live" data-status={status}>
      {status === 'live' ? words.feed.live : status === 'waiting' ? words.feed.reconnecting : ''}
    </span>
  );
}

/** What came waits here: nothing moves under the reader. */
function NewBar({ count, show }: { readonly count: number; readonly show: () => void }): ReactNode {
  const { words, format } = useAttestry();
  return (
    <div className="at-new" aria-live="polite">
      {count === 0 ? null : (
        <button type="button" className="at-new-button" onClick={show}>
          {words.feed.showNew(count, format.number(count))}
        </button>
      )}
    </div>
  );
}

interface NoEventsProps {
  readonly feed: Feed;
  readonly choice: FeedChoice;
  readonly isWrong: boolean;
  readonly empty: ReactNode;
  readonly clear: () => void;
}

function NoEvents({ feed, choice, isWrong, empty, clear }: NoEventsProps): ReactNode {
  const { words } = useAttestry();
  const { list } = feed;
  if (isWrong) return <div className="at-note" />;
  if (list.error !== undefined)
    return <ProblemNote problem={list.error} title={words.feed.failed} retry={list.refresh} />;
  if (list.status === 'loading') return <Skeleton />;
  return isNarrowed(choice) ? (
    <div className="at-note" role="status">
      <p className="at-strong">{words.feed.nothingMatches}</p>
      <button type="button" className="at-button" onClick={clear}>
        {words.feed.clearFilters}
      </button>
    </div>
  ) : (
    <div className="at-note" role="status">
      {empty ?? (
        <>
          <p className="at-strong">{words.feed.empty}</p>
          <p className="at-muted">{words.feed.emptyHint}</p>
        </>
      )}
    </div>
  );
}

/** As high as what comes. */
const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;

function Skeleton(): ReactNode {
  const { words } = useAttestry();
  return (
    <div role="status" className="at-skeleton">
      <span className="at-sr">{words.feed.loading}</span>
      {SKELETON_ROWS.map((row) => (
        <span key={row} />
      ))}
    </div>
  );
}

function FeedEnd({ feed: { list } }: { readonly feed: Feed }): ReactNode {
  const { words } = useAttestry();
  if (list.status === 'loading') return null;
  if (list.error !== undefined) {
    return (
      <ProblemNote
        problem={list.error}
        title={words.feed.failed}
        retry={list.hasMore ? list.loadMore : list.refresh}
      />
    );
  }
  return list.hasMore ? (
    <button
      type="button"
      className="at-button at-more"
      aria-disabled={list.isLoadingMore}
      onClick={list.loadMore}
    >
      {list.isLoadingMore ? words.feed.loading : words.feed.more}
    </button>
  ) : (
    <p className="at-end">{words.feed.end}</p>
  );
}
