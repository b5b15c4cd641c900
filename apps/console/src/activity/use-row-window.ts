import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { RowScroller, type RowWindow } from './row-scroller.ts';
import type { RowSpace } from './row-space.ts';

/** Rows that are there beyond the view, on both sides. */
const OVERSCAN_ROWS = 12;
/** Nothing has moved for so long: the scroll bar may be put where it belongs. */
const IDLE_MS = 150;

/** The rows to show, and ways to move. */
export interface ShownRows extends RowWindow {
  readonly show: (row: number, align: 'near' | 'middle') => void;
  /** The first row that is whole in view. */
  readonly firstWhole: () => number;
}

/**
 * Follows an element that is scrolled through rows.
 *
 * @param moved by how much rows were renumbered since the beginning
 */
export function useRowWindow(
  element: RefObject<HTMLElement | null>,
  space: RowSpace,
  moved: number,
): ShownRows {
  const [scroller] = useState(() => new RowScroller(space));
  const [shown, setShown] = useState<RowWindow>({ first: 0, last: -1, top: 0, shiftPx: 0 });
  const tell = useCallback(() => {
    const next = scroller.window(OVERSCAN_ROWS);
    setShown((old) =>
      old.top === next.top && old.last === next.last && old.shiftPx === next.shiftPx ? old : next,
    );
  }, [scroller]);
  const place = useCallback(() => {
    const { current } = element;
    if (current === null) return;
    const wanted = scroller.barPx;
    if (Math.abs(current.scrollTop - wanted) >= 1) current.scrollTop = wanted;
    scroller.placed(current.scrollTop);
    tell();
  }, [element, scroller, tell]);
  const idle = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const onIdle = (): void => {
      idle.current = undefined;
      place();
    };
    const onScroll = (): void => {
      scroller.scrolled(current.scrollTop);
      clearTimeout(idle.current);
      idle.current = setTimeout(onIdle, IDLE_MS);
      // In the same frame: rows that come later leave the view empty until then.
      flushSync(scroller.isAtWrongEdge ? place : tell);
    };
    const sizes = new ResizeObserver(() => {
      scroller.resize(current.clientHeight);
      tell();
    });
    sizes.observe(current);
    current.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(idle.current);
      sizes.disconnect();
      current.removeEventListener('scroll', onScroll);
    };
  }, [element, scroller, place, tell]);
  const movedBefore = useRef(moved);
  useLayoutEffect(() => {
    scroller.resize(element.current?.clientHeight ?? 0);
    scroller.change(space, moved - movedBefore.current);
    movedBefore.current = moved;
    // A scroll bar that somebody moves is left alone.
    if (idle.current === undefined || scroller.isAtWrongEdge) place();
    else tell();
  }, [element, scroller, space, moved, place, tell]);
  const show = useCallback(
    (row: number, align: 'near' | 'middle') => {
      scroller.show(row, align);
      place();
    },
    [scroller, place],
  );
  return { ...shown, show, firstWhole: useCallback(() => scroller.firstWhole, [scroller]) };
}
