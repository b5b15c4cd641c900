import type { EventView } from '@attestry/core';
import { api } from '../api/api.ts';
import { type EventFilter, filterParameters } from './activity-search.ts';

/** Events of one request: two screens of a large window, a fraction of a second on a slow line. */
const PAGE_EVENTS = 100;
/** Pages kept at a time; others are asked for again by their cursor. 10,000 events are about 20 MB. */
const PAGES_KEPT = 100;
/** Rows shown at most: browsers end elements near 33 million pixels, and nobody gets there by scrolling. */
const ROWS_MAX = 500_000;

interface Page {
  /** `undefined` for the first page. */
  readonly cursor: string | undefined;
  readonly length: number;
  /** `undefined` when the page was let go. */
  events: readonly EventView[] | undefined;
  lastUsed: number;
}

/** What the list shows of a search that is being read. */
export interface PagerState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly rows: number;
  readonly hasMore: boolean;
  /** There is more, and the list ends here all the same. */
  readonly isTooFar: boolean;
  readonly error: Error | undefined;
}

/**
 * The events of one search by row number, read page by page as they are looked at. Pages far from the view are let go
 * and read again when needed, so that a million rows cost no more memory than a few thousand.
 */
export class EventPager {
  readonly #filter: EventFilter;
  readonly #order: 'asc' | 'desc';
  readonly #pages: Page[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #loading = new Set<number>();
  readonly #rows = new Map<string, number>();
  #nextCursor: string | undefined;
  #hasMore = true;
  #uses = 0;
  #state: PagerState = { status: 'loading', rows: 0, hasMore: true, isTooFar: false, error: undefined };

  constructor(filter: EventFilter, order: 'asc' | 'desc') {
    this.#filter = filter;
    this.#order = order;
  }

  readonly state = (): PagerState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Starts reading. */
  start(): void {
    if (this.#pages.length === 0) this.#loadNext();
  }

  /** Reads what failed again. */
  retry(): void {
    this.#state = {
      ...this.#state,
      status: this.#pages.length === 0 ? 'loading' : 'ready',
      error: undefined,
    };
    this.#tell();
    this.#loadNext();
  }

  /** The event of a row, or `undefined` while it is on its way. */
  at(row: number): EventView | undefined {
    const page = this.#pages[Math.floor(row / PAGE_EVENTS)];
    return page?.events?.[row % PAGE_EVENTS];
  }

  /** The row of an event among those that are at hand. */
  rowOf(id: string): number | undefined {
    return this.#rows.get(id);
  }

  /** Makes sure that the rows of a view, and those just after it, are there or on their way. */
  want(from: number, to: number): void {
    if (this.#state.status === 'failed') return;
    const last = Math.floor(to / PAGE_EVENTS);
    for (let index = Math.floor(from / PAGE_EVENTS); index <= last; index += 1) {
      const page = this.#pages[index];
      if (page === undefined) continue;
      this.#uses += 1;
      page.lastUsed = this.#uses;
      if (page.events === undefined) this.#reload(index, page);
    }
    // The next page is asked for while there is still half a page to scroll.
    if (to + PAGE_EVENTS / 2 >= this.#state.rows) this.#loadNext();
  }

  #loadNext(): void {
    const index = this.#pages.length;
    if (!this.#hasMore || this.#loading.has(index) || this.#state.rows >= ROWS_MAX) return;
    const cursor = this.#nextCursor;
    void this.#read(index, cursor, ({ events, next_cursor, has_more }) => {
      this.#uses += 1;
      this.#pages[index] = { cursor, events, length: events.length, lastUsed: this.#uses };
      this.#index(index, events);
      this.#nextCursor = next_cursor ?? undefined;
      this.#hasMore = has_more && next_cursor !== null;
      const rows = index * PAGE_EVENTS + events.length;
      const isTooFar = this.#hasMore && rows >= ROWS_MAX;
      this.#state = {
        status: 'ready',
        rows,
        hasMore: this.#hasMore && !isTooFar,
        isTooFar,
        error: undefined,
      };
      this.#letGo();
    });
  }

  #reload(index: number, page: Page): void {
    void this.#read(index, page.cursor, ({ events }) => {
      // What was erased or pruned meanwhile leaves rows empty rather than moving the others.
      page.events = events.slice(0, page.length);
      this.#index(index, page.events);
      this.#state = { ...this.#state };
      this.#letGo();
    });
  }

  async #read(index: number, cursor: string | undefined, take: (answer: PageAnswer) => void): Promise<void> {
    if (this.#loading.has(index)) return;
    this.#loading.add(index);
    try {
      const query = new URLSearchParams([
        ...filterParameters(this.#filter).map(([name, value]) => [name, value]),
        ...(this.#order === 'asc' ? [['order', 'asc']] : []),
        ...(cursor === undefined ? [] : [['cursor', cursor]]),
        ['limit', String(PAGE_EVENTS)],
      ]);
      const response = await api.fetch(`/v1/events?${query}`);
      take((await response.json()) as PageAnswer);
    } catch (error) {
      this.#state = {
        ...this.#state,
        status: 'failed',
        error: error instanceof Error ? error : new Error(String(error)),
      };
    } finally {
      this.#loading.delete(index);
    }
    this.#tell();
  }

  #index(page: number, events: readonly EventView[]): void {
    for (const [at, { id }] of events.entries()) this.#rows.set(id, page * PAGE_EVENTS + at);
  }

  #letGo(): void {
    const held = this.#pages.filter(({ events }) => events !== undefined);
    if (held.length <= PAGES_KEPT) return;
    held.sort((a, b) => a.lastUsed - b.lastUsed);
    for (const page of held.slice(0, held.length - PAGES_KEPT)) {
      for (const { id } of page.events ?? []) this.#rows.delete(id);
      page.events = undefined;
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

interface PageAnswer {
  readonly events: readonly EventView[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}
