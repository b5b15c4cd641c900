import type { EventView } from '@attestry/core';
import { api } from '../api/api.ts';
import { type EventFilter, filterParameters } from './activity-search.ts';
import { EventRun, type PageAnswer, type RunPage } from './event-run.ts';
import { FINEST_MS, finerBars } from './finer-bars.ts';
import type { RowTimes } from './row-times.ts';

/** Events of one request: two screens of a large window, a fraction of a second on a slow line. */
const PAGE_EVENTS = 100;
/** Rows beyond the view that are asked for before somebody comes there. */
const AHEAD_ROWS = 100;
/** Further away than this from what is at hand, reading begins anew there instead of going on. */
const JUMP_ROWS = 400;
/** The view stands still for so long before reading begins anew: while the scroll bar is drawn nothing is asked for. */
const JUMP_WAIT_MS = 80;
/** So near to the last row, the last page is asked for. */
const LAST_ROWS = 150;

/** What the list shows of a search that is being read. */
export interface PagerState {
  readonly status: 'loading' | 'ready' | 'failed';
  /** Rows of the whole list, as far as that is known. */
  readonly rows: number;
  readonly hasMore: boolean;
  /** By how much rows were renumbered since the beginning. */
  readonly moved: number;
  readonly error: Error | undefined;
}

/**
 * The events of one search by row number. What is at hand is a run of pages without a gap, which follows the view: a page
 * is added at the side to which somebody scrolls, by its cursor, and pages far from the view are let go. Further away,
 * another run begins at about the time of the rows in view; when it comes to an end of the list, its rows are renumbered.
 */
export class EventPager {
  readonly #filter: EventFilter;
  readonly #order: 'asc' | 'desc';
  readonly #listeners = new Set<() => void>();
  #run = new EventRun();
  /** Newest record of the first page: the list was read when all up to it was recorded. */
  #readTo = -1;
  #times: RowTimes | undefined;
  #reading: AbortController | undefined;
  #view = { from: 0, to: 0 };
  #jump: ReturnType<typeof setTimeout> | undefined;
  #state: PagerState = { status: 'loading', rows: 0, hasMore: true, moved: 0, error: undefined };

  constructor(filter: EventFilter, order: 'asc' | 'desc') {
    this.#filter = filter;
    this.#order = order;
  }

  readonly state = (): PagerState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Pages that are at hand, without a gap. */
  get pages(): readonly RunPage[] {
    return this.#run.pages;
  }

  /** Starts reading. */
  start(): void {
    if (this.#run.isEmpty && this.#reading === undefined) this.#begin(0);
  }

  /** Reads what failed again. */
  retry(): void {
    this.#change({ status: this.#run.isEmpty ? 'loading' : 'ready', error: undefined });
    if (this.#run.isEmpty) this.#begin(0);
    else this.#look();
  }

  /** How many rows there are in all, and about when they happened. Before it is known the list grows as it is read. */
  expect(times: RowTimes): void {
    this.#times = times;
    if (!this.#run.isEmpty) this.#change({});
  }

  /** The event of a row, or `undefined` while it is on its way. */
  at(row: number): EventView | undefined {
    return this.#run.at(row);
  }

  /** When a row happened; about when, where it is not at hand. */
  timeAt(row: number): string | undefined {
    const timeMs = this.#times?.timeAt(row);
    const guess = timeMs === undefined ? undefined : new Date(timeMs).toISOString();
    return this.#run.at(row)?.occurred_at ?? guess;
  }

  /** The row of an event among those that are at hand. */
  rowOf(id: string): number | undefined {
    return this.#run.rowOf(id);
  }

  /** Whether the list has an event, at hand or on a page that is not: it was recorded before the list was read. */
  has({ id, seq }: Pick<EventView, 'id' | 'seq'>): boolean {
    return seq <= this.#readTo || this.#run.rowOf(id) !== undefined;
  }

  /** Makes sure that the rows of a view, and those around it, are there or on their way. */
  want(from: number, to: number): void {
    this.#view = { from, to };
    this.#look();
  }

  #look(): void {
    const { from, to } = this.#view;
    const run = this.#run;
    clearTimeout(this.#jump);
    if (this.#state.status !== 'ready' || to < from) return;
    if (from > run.end + JUMP_ROWS || to < run.start - JUMP_ROWS) {
      this.#jump = setTimeout(() => {
        if (this.#listeners.size > 0) this.#begin(from);
      }, JUMP_WAIT_MS);
    } else if (this.#reading !== undefined) return;
    else if (to + AHEAD_ROWS >= run.end && run.next !== undefined) this.#extend('after', run.next);
    else if (from - AHEAD_ROWS < run.start && run.previous !== undefined)
      this.#extend('before', run.previous);
  }

  /** Begins a run at a row, or near to it. */
  #begin(row: number): void {
    const times = this.#times;
    const isFirst = times === undefined || row < AHEAD_ROWS;
    const last = this.#state.rows;
    void this.#read(async (signal) => {
      if (isFirst) return this.#take(new EventRun(), await this.#page([], signal));
      if (row >= last - LAST_ROWS) return this.#beginAtEnd(last, signal);
      const at = await this.#whenIs(row, times, signal);
      const answer = await this.#page([['at', at]], signal);
      if (answer.events.length === 0) return this.#beginAtEnd(last, signal);
      this.#take(new EventRun(row), answer);
    });
  }

  /** When a row happened, looked at more closely where that is known too coarsely. */
  async #whenIs(row: number, times: RowTimes, signal: AbortSignal): Promise<string> {
    for (;;) {
      const bar = times.coarseAt(row, FINEST_MS);
      if (bar === undefined) return new Date(times.timeAt(row) ?? 0).toISOString();
      times.refine(bar, await finerBars(this.#filter, bar, signal));
    }
  }

  /** Begins a run with the last page, which is the first one of the other order. */
  async #beginAtEnd(last: number, signal: AbortSignal): Promise<void> {
    const order = this.#order === 'asc' ? 'desc' : 'asc';
    const { events } = await this.#page([['order', order]], signal);
    const first = events.at(-1);
    if (first === undefined) return this.#take(new EventRun(), await this.#page([], signal));
    const at = this.#filter.time === 'recorded' ? first.recorded_at : first.occurred_at;
    const answer = await this.#page([['at', at]], signal);
    this.#take(new EventRun(Math.max(0, last - answer.events.length)), answer);
  }

  #extend(side: 'after' | 'before', cursor: string): void {
    void this.#read(async (signal) => {
      const answer = await this.#page([['cursor', cursor]], signal);
      this.#take(this.#run, answer, side);
    });
  }

  /** Adds a page to a run and shows the run. */
  #take(run: EventRun, answer: PageAnswer, side: 'after' | 'before' = 'after'): void {
    if (side === 'before') run.addBefore(answer);
    else run.addAfter(answer);
    if (run.start === 0 && side === 'after' && run.pages.length === 1)
      for (const { seq } of answer.events) this.#readTo = Math.max(this.#readTo, seq);
    this.#run = run;
    const moved = this.#renumber(run);
    this.#view = { from: this.#view.from + moved, to: this.#view.to + moved };
    run.letGo(side === 'after' ? 'before' : 'after', this.#view);
    this.#change({ status: 'ready', moved: this.#state.moved + moved, error: undefined });
  }

  /** Rows are counted from the first event. A run that began somewhere finds out when it comes there. */
  #renumber(run: EventRun): number {
    const isAtFirst = run.previous === undefined;
    if (isAtFirst ? run.start === 0 : run.start > 0) return 0;
    const first = run.pages[0]?.events[0];
    const timeMs = Date.parse(
      (this.#filter.time === 'recorded' ? first?.recorded_at : first?.occurred_at) ?? '',
    );
    const start = isAtFirst ? 0 : Math.max(AHEAD_ROWS, this.#times?.rowAt(timeMs) ?? 0);
    const moved = start - run.start;
    run.move(moved);
    return moved;
  }

  /** Reads something instead of what is being read. */
  async #read(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    try {
      await work(reading.signal);
    } catch (cause) {
      if (this.#reading !== reading) return;
      this.#change({ status: 'failed', error: cause instanceof Error ? cause : new Error(String(cause)) });
    }
    if (this.#reading !== reading) return;
    this.#reading = undefined;
    this.#look();
  }

  async #page(more: readonly (readonly [string, string])[], signal: AbortSignal): Promise<PageAnswer> {
    const query = new URLSearchParams(filterParameters(this.#filter).map(([name, value]) => [name, value]));
    if (this.#order === 'asc') query.set('order', 'asc');
    query.set('limit', String(PAGE_EVENTS));
    for (const [name, value] of more) query.set(name, value);
    const response = await api.fetch(`/v1/events?${query}`, { signal });
    const answer = (await response.json()) as PageAnswer;
    signal.throwIfAborted();
    return answer;
  }

  #change(change: Partial<PagerState>): void {
    const run = this.#run;
    const hasMore = run.next !== undefined;
    const rows = hasMore ? Math.max(run.end, this.#times?.rows ?? 0) : run.end;
    this.#state = { ...this.#state, rows, hasMore, ...change };
    for (const listener of this.#listeners) listener();
  }
}
