import type { EventView } from '@attestry/core';
import { type Format, useAttestry } from '@attestry/react';
import { type KeyboardEvent, memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { usePreferences } from '../app/preferences.ts';
import { useShortcut } from '../app/shortcuts.ts';
import { useNarrow } from '../ui/use-narrow.ts';
import { t } from '../words/english.ts';
import { columnTemplate, EventRow, type OptionalColumn } from './event-row.tsx';
import { RowScroller } from './row-scroller.ts';
import { RowSpace } from './row-space.ts';
import type { Pager } from './use-pager.ts';
import { type ShownRows, useRowWindow } from './use-row-window.ts';

interface EventListProps {
  readonly pager: Pager;
  /** Id of the event that is open or chosen. */
  readonly selected: string | undefined;
  readonly columns: readonly OptionalColumn[];
  readonly open: (event: EventView) => void;
  /** Walks to an event: opens it when the panel is open, else only marks it. */
  readonly walk: (event: EventView) => void;
  readonly total: number | undefined;
  readonly footer: ReactNode;
}

export const DAY_HEIGHT = 32;
const FOOTER_HEIGHT = 52;

/** How high a row is: two lines on a phone. */
export function useRowHeight(): number {
  const { density } = usePreferences();
  if (useNarrow()) return 58;
  return density === 'compact' ? 28 : 36;
}

/** The events as rows, of which only those in view are there. */
export function EventList(props: EventListProps): ReactNode {
  const { pager, selected, columns, open, walk, total, footer } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isNarrow = useNarrow();
  const rowHeight = useRowHeight();
  const days = useDayRows(pager);
  const { rows, moved } = pager.state;
  const space = useMemo(
    () =>
      new RowSpace({ rows, rowHeight, headed: days, headingHeight: DAY_HEIGHT, endHeight: FOOTER_HEIGHT }),
    [rows, rowHeight, days],
  );
  const view = useRowWindow(scroller, space, moved);
  const { first, last, top, shiftPx } = view;
  useEffect(() => pager.pager.want(first, last), [pager, first, last]);
  useFirstView(pager, selected, view.show);
  const step = useWalk({ pager, selected, walk, view });
  const onKeyDown = (event: KeyboardEvent): void => {
    const chosen = selected === undefined ? undefined : pager.pager.rowOf(selected);
    const shown = chosen === undefined ? undefined : pager.pager.at(chosen);
    if (event.key === 'Enter' && shown !== undefined) open(shown);
    else if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else return;
    event.preventDefault();
  };
  const items = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={t.activity.label}
      aria-rowcount={total ?? -1}
      aria-activedescendant={selected === undefined ? undefined : `event-${selected}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="@container relative min-h-0 flex-1 overflow-y-auto border-t border-line -outline-offset-2 [overflow-anchor:none]"
    >
      <DayInView pager={pager} row={top} />
      <div
        role="rowgroup"
        className="relative"
        style={{ height: RowScroller.elementPx(space) - FOOTER_HEIGHT }}
      >
        {items.map((row) => {
          const event = pager.pager.at(row);
          const size = space.size(row);
          return (
            <PlacedRow
              key={row}
              {...{ row, size, rowHeight, isNarrow, columns, open, event }}
              start={space.top(row) - shiftPx}
              startsDay={size > rowHeight}
              isSelected={selected !== undefined && event?.id === selected}
            />
          );
        })}
      </div>
      <div style={{ height: FOOTER_HEIGHT }}>{footer}</div>
    </div>
  );
}

/** The day of the first event in view, at the top; while the scroll bar is drawn, about when that is. */
function DayInView({ pager, row }: { readonly pager: Pager; readonly row: number }): ReactNode {
  const { format } = useAttestry();
  const time = pager.pager.timeAt(row);
  return (
    <div aria-hidden="true" className="sticky top-0 z-10 h-0">
      {time === undefined ? null : (
        <div
          className="flex items-center border-b border-line bg-bg px-4 text-[11.5px] font-semibold text-faint min-[901px]:px-6"
          style={{ height: DAY_HEIGHT }}
        >
          {format.day(time)}
        </div>
      )}
    </div>
  );
}

interface PlacedRowProps {
  readonly row: number;
  readonly start: number;
  readonly size: number;
  readonly rowHeight: number;
  readonly isNarrow: boolean;
  readonly columns: readonly OptionalColumn[];
  readonly event: EventView | undefined;
  readonly startsDay: boolean;
  readonly isSelected: boolean;
  readonly open: (event: EventView) => void;
}

const PlacedRow = memo(function PlacedRow(props: PlacedRowProps): ReactNode {
  const { row, start, size, rowHeight, isNarrow, columns, event, startsDay, isSelected, open } = props;
  const { format } = useAttestry();
  return (
    <div
      role="presentation"
      className="absolute inset-x-0 top-0 [contain:strict]"
      style={{ height: size, transform: `translateY(${start}px)` }}
    >
      {startsDay && event !== undefined ? (
        <div
          className="flex items-center px-4 text-[11.5px] font-semibold text-faint min-[901px]:px-6"
          style={{ height: DAY_HEIGHT }}
        >
          {format.day(event.occurred_at)}
        </div>
      ) : null}
      {event === undefined ? (
        <div role="row" aria-rowindex={row + 1} className="row-grid" style={{ height: rowHeight }}>
          <span role="gridcell" className="skeleton h-3 w-16" />
        </div>
      ) : (
        // The keys of the grid are on the grid itself (aria-activedescendant).
        <div
          role="row"
          id={`event-${event.id}`}
          aria-rowindex={row + 1}
          aria-selected={isSelected}
          onClick={() => open(event)}
          className={isNarrow ? 'row-grid row-narrow cursor-pointer' : 'row-grid cursor-pointer'}
          style={
            isNarrow
              ? { height: rowHeight }
              : { height: rowHeight, gridTemplateColumns: columnTemplate(columns) }
          }
        >
          <EventRow event={event} columns={isNarrow ? NARROW_COLUMNS : columns} />
        </div>
      )}
    </div>
  );
});

const NARROW_COLUMNS: readonly OptionalColumn[] = ['outcome'];

/** Rows at which another day begins, among those that are at hand. */
function useDayRows({ pager, state }: Pager): readonly number[] {
  const { format } = useAttestry();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the pager is one object for as long as its search; its state says when it has read more
  return useMemo(() => {
    let before: string | undefined;
    return pager.pages.flatMap(({ start, events }, index) => {
      const days = daysOf(events, format);
      // What came before the first page that is at hand is not known, but before the first of all nothing did.
      const isNew = index === 0 ? start === 0 : before !== days[0]?.day;
      before = days.at(-1)?.day ?? before;
      return days.slice(isNew ? 0 : 1).map(({ index: at }) => start + at);
    });
  }, [pager, state, format]);
}

interface DayStart {
  readonly index: number;
  readonly day: string;
}

const knownDays = new WeakMap<readonly EventView[], readonly [Format, readonly DayStart[]]>();

/** Where days begin in a page, the first one included. */
function daysOf(events: readonly EventView[], format: Format): readonly DayStart[] {
  const known = knownDays.get(events);
  if (known?.[0] === format) return known[1];
  const days: DayStart[] = [];
  for (const [index, { occurred_at }] of events.entries()) {
    const day = format.dayKey(occurred_at);
    if (day !== days.at(-1)?.day) days.push({ index, day });
  }
  knownDays.set(events, [format, days]);
  return days;
}

/** Another search begins at its top, or at the event that is open. */
function useFirstView({ pager }: Pager, selected: string | undefined, show: ShownRows['show']): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the event that is open matters when another search is shown, not when another event is opened
  useEffect(() => show((selected === undefined ? undefined : pager.rowOf(selected)) ?? 0, 'middle'), [pager]);
}

interface Walk {
  readonly pager: Pager;
  readonly selected: string | undefined;
  readonly walk: (event: EventView) => void;
  readonly view: ShownRows;
}

/** `j` and `k`: to the next and the previous event, kept in view. */
function useWalk({ pager, selected, walk, view }: Walk): (by: 1 | -1) => void {
  const step = (by: 1 | -1): void => {
    const at = selected === undefined ? undefined : pager.pager.rowOf(selected);
    const next = at === undefined ? view.firstWhole() : at + by;
    const event = pager.pager.at(next);
    if (event === undefined) return;
    view.show(next, 'near');
    walk(event);
  };
  useShortcut('j', () => step(1));
  useShortcut('k', () => step(-1));
  return step;
}
