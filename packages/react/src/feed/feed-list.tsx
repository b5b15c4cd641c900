import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { useAttestry } from '../components/context.tsx';
import type { LinkTo } from '../components/event-summary.tsx';
import type { HeadingLevel } from '../components/root.tsx';
import type { EventView } from '../event/event-view.ts';
import type { Format } from '../format/format.ts';
import { FeedRow } from './feed-row.tsx';

interface FeedListProps {
  readonly events: readonly EventView[];
  /** They are those of the filter before, while new ones are on their way. */
  readonly isOld: boolean;
  readonly openId: string | undefined;
  readonly isExpanding: boolean;
  readonly press: (event: EventView) => void;
  readonly close: () => void;
  readonly linkTo: LinkTo | undefined;
  readonly headingLevel: HeadingLevel;
}

/** The events, day by day. Arrows, Home and End walk; Enter opens; Escape closes. */
export function FeedList(props: FeedListProps): ReactNode {
  const { events, isOld, openId, isExpanding, press, close, linkTo, headingLevel } = props;
  const { format } = useAttestry();
  const [walkedId, setWalkedId] = useState<string>();
  const element = useRef<HTMLDivElement>(null);
  const reachable = events.find(({ id }) => id === (walkedId ?? openId)) ?? events[0];
  const onKeyDown = (key: KeyboardEvent): void => {
    const rows = [...(element.current?.querySelectorAll<HTMLElement>('.at-row') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (key.key === 'Escape' && openId !== undefined) {
      key.preventDefault();
      close();
      rows[events.findIndex(({ id }) => id === openId)]?.focus();
      return;
    }
    const to = at === -1 ? undefined : target(key, at, rows.length);
    if (to === undefined) return;
    key.preventDefault();
    rows[to]?.focus();
    setWalkedId(events[to]?.id);
  };
  return (
    // The keys are those of the rows inside, which are buttons.
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div ref={element} onKeyDown={onKeyDown} className="at-days" aria-busy={isOld}>
      {days(events, format).map(({ day, events: ofDay }) => (
        <Day key={day} name={format.day(ofDay[0]?.occurred_at ?? '')}>
          {ofDay.map((event) => (
            <FeedRow
              key={event.id}
              {...{ event, isExpanding, press, linkTo, headingLevel }}
              isOpen={event.id === openId}
              isReachable={event === reachable}
            />
          ))}
        </Day>
      ))}
    </div>
  );
}

function Day({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <>
      <p id={id} className="at-day">
        {name}
      </p>
      <ol className="at-list" aria-labelledby={id}>
        {children}
      </ol>
    </>
  );
}

function target(
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  at: number,
  rows: number,
): number | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, rows - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return rows - 1;
    default:
      return undefined;
  }
}

interface DayOfEvents {
  readonly day: string;
  readonly events: readonly EventView[];
}

function days(events: readonly EventView[], format: Format): readonly DayOfEvents[] {
  const found: { day: string; events: EventView[] }[] = [];
  for (const event of events) {
    const day = format.dayKey(event.occurred_at);
    const last = found.at(-1);
    if (last?.day === day) last.events.push(event);
    else found.push({ day, events: [event] });
  }
  return found;
}
