import type { EventView } from '@attestry/core';

/** Pages kept at a time; others are asked for again by their cursor. 5,000 events are about 10 MB. */
const PAGES_KEPT = 50;

/** A page of events and where it stands. */
export interface RunPage {
  /** Row of its first event. */
  readonly start: number;
  readonly events: readonly EventView[];
}

interface Page {
  start: number;
  readonly events: readonly EventView[];
  /** Cursors to what follows, and to what comes before; `undefined` at the ends of the list. */
  readonly next: string | undefined;
  readonly previous: string | undefined;
}

/** A page as the server answers it. */
export interface PageAnswer {
  readonly events: readonly EventView[];
  readonly next_cursor: string | null;
  readonly previous_cursor: string | null;
  readonly has_more: boolean;
}

/** Pages of one search that follow each other without a gap, as their cursors say. */
export class EventRun {
  readonly #pages: Page[] = [];
  readonly #places = new Map<string, readonly [page: Page, index: number]>();
  /** Row of the first event while there is none. */
  readonly #origin: number;
  /** A list without events has been read to its end. */
  #isRead = false;

  constructor(origin = 0) {
    this.#origin = origin;
  }

  get pages(): readonly RunPage[] {
    return this.#pages;
  }

  /** Nothing was read yet. */
  get isEmpty(): boolean {
    return !this.#isRead;
  }

  get start(): number {
    return this.#pages[0]?.start ?? this.#origin;
  }

  /** The row after the last one. */
  get end(): number {
    const last = this.#pages.at(-1);
    return last === undefined ? this.#origin : last.start + last.events.length;
  }

  get next(): string | undefined {
    return this.#pages.at(-1)?.next;
  }

  get previous(): string | undefined {
    return this.#pages[0]?.previous;
  }

  at(row: number): EventView | undefined {
    const page = this.#pages.find(({ start, events }) => row >= start && row < start + events.length);
    return page?.events[row - page.start];
  }

  rowOf(id: string): number | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : place[0].start + place[1];
  }

  addAfter({ events, next_cursor, previous_cursor, has_more }: PageAnswer): void {
    this.#add('after', {
      start: this.end,
      events,
      next: has_more ? (next_cursor ?? undefined) : undefined,
      previous: previous_cursor ?? undefined,
    });
  }

  /** Adds a page that was read backwards: what more there is lies before it. */
  addBefore({ events, next_cursor, previous_cursor, has_more }: PageAnswer): void {
    this.#add('before', {
      start: this.start - events.length,
      events,
      next: next_cursor ?? undefined,
      previous: has_more ? (previous_cursor ?? undefined) : undefined,
    });
  }

  /** Renumbers all rows. */
  move(by: number): void {
    for (const page of this.#pages) page.start += by;
  }

  /** Lets pages go that are furthest from a view, at one side. */
  letGo(side: 'before' | 'after', { from, to }: { readonly from: number; readonly to: number }): void {
    while (this.#pages.length > PAGES_KEPT) {
      const page = side === 'before' ? this.#pages[0] : this.#pages.at(-1);
      if (page === undefined || (page.start <= to && page.start + page.events.length > from)) return;
      if (side === 'before') this.#pages.shift();
      else this.#pages.pop();
      for (const { id } of page.events) this.#places.delete(id);
    }
  }

  #add(side: 'before' | 'after', page: Page): void {
    this.#isRead = true;
    // An empty page says that nothing follows; the place from which it was asked is the end then.
    const neighbour = side === 'after' ? this.#pages.at(-1) : this.#pages[0];
    if (page.events.length === 0 && neighbour !== undefined) {
      const ended: Page = { ...neighbour, [side === 'after' ? 'next' : 'previous']: undefined };
      this.#pages[side === 'after' ? this.#pages.length - 1 : 0] = ended;
      for (const [index, { id }] of ended.events.entries()) this.#places.set(id, [ended, index]);
      return;
    }
    if (side === 'after') this.#pages.push(page);
    else this.#pages.unshift(page);
    for (const [index, { id }] of page.events.entries()) this.#places.set(id, [page, index]);
  }
}
