import { type ReactNode, useState } from 'react';
import type { EventView } from '../event/event-view.ts';
import { useEvent } from '../hooks/use-event.ts';
import { useAttestry } from './context.tsx';
import { EventChange, hasChange } from './event-change.tsx';
import { EventSummary, type LinkTo, Members } from './event-summary.tsx';
import { EventPills } from './marks.tsx';
import { ProblemNote } from './problem.tsx';
import { ProofPanel } from './proof-panel.tsx';
import { RawEvent } from './raw-event.tsx';
import { type HeadingLevel, HeadingsBelow, Root, SmallHeading } from './root.tsx';
import { Sentence } from './sentence.tsx';

interface ShownParts {
  /** Shows the proof, recomputed in this browser. `true` when absent. */
  readonly proof?: boolean;
  /** Offers the event as JSON. `true` when absent. */
  readonly raw?: boolean;
  readonly linkTo?: LinkTo;
  /** Level of its heading; those inside are one below. 3 when absent. */
  readonly headingLevel?: HeadingLevel;
}

/** An event that is at hand, or the id of one that is to be read. */
export type EventDetailProps = ShownParts &
  (
    | { readonly event: EventView; readonly id?: undefined }
    | { readonly event?: undefined; readonly id: string }
  );

/** Everything about one event: a sentence, who, what, where and why, what changed, and its proof. */
export function EventDetail({ event, id, ...parts }: EventDetailProps): ReactNode {
  return event === undefined ? <DetailOfId id={id} {...parts} /> : <Detail event={event} {...parts} />;
}

function DetailOfId({ id, ...parts }: ShownParts & { readonly id: string }): ReactNode {
  const { words } = useAttestry();
  const { data, error, retry } = useEvent(id);
  if (data !== undefined) return <Detail event={data} {...parts} />;
  return (
    <Root as="article" className="at-detail">
      {error === undefined ? (
        <div role="status" className="at-detail-waiting">
          <span className="at-sr">{words.detail.loading}</span>
        </div>
      ) : (
        <ProblemNote problem={error} title={words.detail.failed} retry={retry} />
      )}
    </Root>
  );
}

function Detail(props: ShownParts & { readonly event: EventView }): ReactNode {
  const { event, proof = true, raw = true, linkTo, headingLevel = 3 } = props;
  const { words, format, isHydrated } = useAttestry();
  const Title = `h${headingLevel}` as 'h3';
  return (
    <Root as="article" className="at-detail">
      <HeadingsBelow value={headingLevel + 1}>
        <div className="at-detail-head">
          <EventPills event={event} />
          <Title className="at-detail-title">
            <Sentence event={event} />
          </Title>
          <p className="at-muted">
            <time dateTime={event.occurred_at}>{format.moment(event.occurred_at)}</time>
            {isHydrated ? ` · ${format.relative(event.occurred_at, Date.now())}` : null}
          </p>
          {event.verification?.status === 'failed' ? (
            <p role="alert" className="at-red at-strong">
              {words.detail.damaged}
            </p>
          ) : null}
        </div>
        <EventSummary event={event} {...(linkTo === undefined ? {} : { linkTo })} />
        {hasChange(event) ? <EventChange event={event} /> : null}
        {event.metadata === undefined ? null : (
          <section>
            <SmallHeading className="at-h3">{words.detail.metadata}</SmallHeading>
            <Members value={event.metadata} />
          </section>
        )}
        {proof ? <ProofPanel event={event} /> : null}
        {raw ? <RawDisclosure event={event} /> : null}
      </HeadingsBelow>
    </Root>
  );
}

function RawDisclosure({ event }: { readonly event: EventView }): ReactNode {
  const { words } = useAttestry();
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      className="at-disclosure"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>{words.detail.raw}</summary>
      {isOpen ? <RawEvent event={event} /> : null}
    </details>
  );
}
