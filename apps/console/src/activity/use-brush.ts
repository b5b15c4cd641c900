import { type KeyboardEvent, type PointerEvent, useState } from 'react';

/** Bars from `first` to `last`, both included. */
export interface BarRange {
  readonly first: number;
  readonly last: number;
}

/** A row of bars on which a range can be drawn. */
export interface Brush {
  /** The bar under the pointer, or chosen by keys. */
  readonly at: number | undefined;
  /** What is being drawn. */
  readonly range: BarRange | undefined;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onPointerCancel: () => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onBlur: () => void;
  };
}

function barAt(event: PointerEvent, bars: number): number {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  const bar = Math.floor(((event.clientX - left) / Math.max(1, width)) * bars);
  return Math.min(bars - 1, Math.max(0, bar));
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };

/**
 * Draws a range of bars with a mouse, a finger or the arrow keys (Shift widens, Enter takes). A click is a range of one
 * bar.
 *
 * @param choose called with the range; `undefined` when there is nothing to choose
 */
export function useBrush(bars: number, choose: ((range: BarRange) => void) | undefined): Brush {
  const [at, setAt] = useState<number>();
  const [start, setStart] = useState<number>();
  const range =
    at === undefined || start === undefined
      ? undefined
      : { first: Math.min(at, start), last: Math.max(at, start) };
  const leave = (): void => {
    setAt(undefined);
    setStart(undefined);
  };
  const take = (taken: BarRange): void => {
    leave();
    choose?.(taken);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'Home' ? -bars : event.key === 'End' ? bars : STEPS[event.key];
    if (step !== undefined) {
      const from = at ?? (step < 0 ? bars : -1);
      if (!event.shiftKey) setStart(undefined);
      else if (start === undefined) setStart(Math.min(bars - 1, Math.max(0, from)));
      setAt(Math.min(bars - 1, Math.max(0, from + step)));
    } else if (event.key === 'Enter' && at !== undefined) take(range ?? { first: at, last: at });
    else if (event.key === 'Escape' && at !== undefined) leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return {
    at,
    range,
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0 || choose === undefined || bars === 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setAt(barAt(event, bars));
        setStart(barAt(event, bars));
      },
      onPointerMove: (event) => (bars === 0 ? undefined : setAt(barAt(event, bars))),
      onPointerUp: (event) => {
        if (start === undefined) return;
        const end = barAt(event, bars);
        take({ first: Math.min(start, end), last: Math.max(start, end) });
      },
      onPointerLeave: () => (start === undefined ? setAt(undefined) : undefined),
      onPointerCancel: leave,
      onKeyDown,
      onBlur: leave,
    },
  };
}
