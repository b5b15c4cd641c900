import { memo, type ReactNode, useId } from 'react';
import { useAttestry } from '../components/context.tsx';
import { EventDetail } from '../components/event-detail.tsx';
import type { LinkTo } from '../components/event-summary.tsx';
import { OutcomeWord, SeverityMark } from '../components/marks.tsx';
import type { HeadingLevel } from '../components/root.tsx';
import { Sentence } from '../components/sentence.tsx';
import type { EventView } from '../event/event-view.ts';

interface FeedRowProps {
  readonly event: EventView;
  readonly isOpen: boolean;
  /** Whether the row shows the event itself, below. */
  readonly isExpanding: boolean;
  /** The one row that Tab reaches; arrows lead to the others. */
  readonly isReachable: boolean;
  readonly press: (event: EventView) => void;
  readonly linkTo: LinkTo | undefined;
  readonly headingLevel: HeadingLevel;
}

/** One event: when, what, and how it ended. A press opens it. */
export const FeedRow = memo(function FeedRow(props: FeedRowProps): ReactNode {
  const { event, isOpen, isExpanding, isReachable, press, linkTo, headingLevel } = props;
  const { format } = useAttestry();
  const id = useId();
  const { seconds, fraction } = format.clock(event.occurred_at);
  return (
    <li className="at-item" data-open={isOpen}>
      <button
        type="button"
        className="at-row"
        tabIndex={isReachable ? 0 : -1}
        {...(isExpanding
          ? { 'aria-expanded': isOpen, 'aria-controls': id }
          : { 'aria-current': isOpen ? ('true' as const) : undefined })}
        onClick={() => press(event)}
      >
        <time className="at-row-time" dateTime={event.occurred_at}>
          {seconds}
          <small>{fraction}</small>
        </time>
        <span className="at-row-mark">
          <SeverityMark severity={event.severity} />
        </span>
        <span className="at-row-what">
          <Sentence event={event} />
        </span>
        <span className="at-row-end">
          <OutcomeWord event={event} />
        </span>
      </button>
      {isExpanding ? (
        <div id={id} hidden={!isOpen} className="at-item-detail">
          {isOpen ? (
            <EventDetail
              event={event}
              headingLevel={headingLevel}
              {...(linkTo === undefined ? {} : { linkTo })}
            />
          ) : null}
        </div>
      ) : null}
    </li>
  );
});
