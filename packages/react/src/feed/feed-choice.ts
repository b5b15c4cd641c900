import { type EventFilter, narrowed } from '../event/event-filter.ts';
import type { ActionStatus, EventCategory } from '../event/event-view.ts';

/** What a reader can narrow a feed by. */
export type FeedFilter = 'search' | 'category' | 'status' | 'time';
export const FEED_FILTERS: readonly FeedFilter[] = ['search', 'category', 'status', 'time'];

/** What a reader chose. */
export interface FeedChoice {
  /** In the query language of people. */
  readonly search: string;
  readonly category: EventCategory | '';
  readonly status: ActionStatus | '';
  readonly time: FeedTime | '';
}

export const FEED_TIMES = ['1h', '24h', '7d', '30d'] as const;
export type FeedTime = (typeof FEED_TIMES)[number];

export const NO_CHOICE: FeedChoice = { search: '', category: '', status: '', time: '' };

export function isNarrowed(choice: FeedChoice): boolean {
  return Object.values(choice).some((value) => value !== '');
}

/**
 * The events of a feed that a reader chose. Choices are conditions of the query language: all of them must hold beside
 * the filter of the page, which they can only narrow.
 */
export function chosenFilter(
  filter: EventFilter,
  { search, category, status, time }: FeedChoice,
): EventFilter {
  const terms = [
    search.trim(),
    category === '' ? '' : `category:${category}`,
    status === '' ? '' : `status:${status}`,
    time === '' ? '' : `after:${time}`,
  ];
  return narrowed(filter, terms.filter((term) => term !== '').join(' '));
}
