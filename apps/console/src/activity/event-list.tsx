import type { EventView } from '@attestry/core';
import { useAttestry } from '@attestry/react';
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { usePreferences } from '../app/preferences.ts';
import { useShortcut } from '../app/shortcuts.ts';
import { useNarrow } from '../ui/use-narrow.ts';
import { t } from '../words/english.ts';
import { columnTemplate, EventRow, type OptionalColumn } from './event-row.tsx';
import type { Pager } from './use-pager.ts';

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

const DAY_HEIGHT = 32;

/** The events as rows, of which only those in view are there. */
export function EventList(props: EventListProps): ReactNode {
  const { pager, selected, columns, open, walk, total, footer } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { density } = usePreferences();
  const isNarrow = useNarrow();
  const rowHeight = isNarrow ? 58 : density === 'compact' ? 28 : 36;
  const days = useDayBreaks(pager);
  const { rows } = pager.state;
  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowHeight + (days.has(index) ? DAY_HEIGHT : 0),
    overscan: 12,
  });
  // Sizes are known without measuring; they change with density, width and as days become known.
  // biome-ignore lint/correctness/useExhaustiveDependencies: measure() calls estimateSize, which reads rowHeight and days; the linter sees the call only
  useLayoutEffect(() => virtualizer.measure(), [rowHeight, days.size, virtualizer]);
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => pager.pager.want(first, last), [pager, first, last]);
  useFirstView(pager, selected, virtualizer);
  const step = useWalk({ pager, selected, walk, virtualizer });
  const onKeyDown = (event: KeyboardEvent): void => {
    const chosen = selected === undefined ? undefined : pager.pager.rowOf(selected);
    const shown = chosen === undefined ? undefined : pager.pager.at(chosen);
    if (event.key === 'Enter' && shown !== undefined) open(shown);
    else if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={t.activity.label}
      aria-rowcount={total ?? -1}
      aria-activedescendant={selected === undefined ? undefined : `event-${selected}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="@container relative min-h-0 flex-1 overflow-y-auto border-t border-line -outline-offset-2"
    >
      <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, start, size }) => (
          <PlacedRow
            key={index}
            {...{ index, start, size, rowHeight, isNarrow, columns, open }}
            event={pager.pager.at(index)}
            startsDay={days.has(index)}
            isSelected={selected !== undefined && pager.pager.at(index)?.id === selected}
          />
        ))}
      </div>
      {footer}
    </div>
  );
}

interface PlacedRowProps {
  readonly index: number;
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

function PlacedRow(props: PlacedRowProps): ReactNode {
  const { index, start, size, rowHeight, isNarrow, columns, event, startsDay, isSelected, open } = props;
  const { format } = useAttestry();
  return (
    <div
      role="presentation"
      className="absolute inset-x-0 top-0"
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
        <div role="row" aria-rowindex={index + 1} className="row-grid" style={{ height: rowHeight }}>
          <span role="gridcell" className="skeleton h-3 w-16" />
        </div>
      ) : (
        // The keys of the grid are on the grid itself (aria-activedescendant).
        <div
          role="row"
          id={`event-${event.id}`}
          aria-rowindex={index + 1}
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
}

const NARROW_COLUMNS: readonly OptionalColumn[] = ['outcome'];

/** Rows at which another day begins. Kept for pages that were let go, so that nothing moves when they return. */
function useDayBreaks({ pager, state }: Pager): ReadonlySet<number> {
  const { format } = useAttestry();
  const known = useRef<{ pager: unknown; format: unknown; rows: number; days: Set<number> }>(undefined);
  if (known.current?.pager !== pager || known.current.format !== format) {
    known.current = { pager, format, rows: 0, days: new Set() };
  }
  const { days } = known.current;
  for (let row = known.current.rows; row < state.rows; row += 1) {
    const event = pager.at(row);
    if (event === undefined) break;
    const before = row === 0 ? undefined : pager.at(row - 1);
    if (before === undefined || format.dayKey(before.occurred_at) !== format.dayKey(event.occurred_at))
      days.add(row);
    known.current.rows = row + 1;
  }
  return days;
}

/** Another search begins at its top, or at the event that is open. */
function useFirstView(
  { pager }: Pager,
  selected: string | undefined,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the event that is open matters when another search is shown, not when another event is opened
  useEffect(() => {
    const row = selected === undefined ? undefined : pager.rowOf(selected);
    if (row === undefined) virtualizer.scrollToOffset(0);
    else virtualizer.scrollToIndex(row, { align: 'center' });
  }, [pager, virtualizer]);
}

interface Walk {
  readonly pager: Pager;
  readonly selected: string | undefined;
  readonly walk: (event: EventView) => void;
  readonly virtualizer: Virtualizer<HTMLDivElement, Element>;
}

/** `j` and `k`: to the next and the previous event, kept in view. */
function useWalk({ pager, selected, walk, virtualizer }: Walk): (by: 1 | -1) => void {
  const step = (by: 1 | -1): void => {
    const at = selected === undefined ? undefined : pager.pager.rowOf(selected);
    const next =
      at === undefined
        ? (virtualizer.getVirtualItems().find(({ start }) => start >= (virtualizer.scrollOffset ?? 0))
            ?.index ?? 0)
        : at + by;
    const event = pager.pager.at(next);
    if (event === undefined) return;
    virtualizer.scrollToIndex(next, { align: 'auto' });
    walk(event);
  };
  useShortcut('j', () => step(1));
  useShortcut('k', () => step(-1));
  return step;
}
