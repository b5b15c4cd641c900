import { type ReactNode, useEffect, useId, useState } from 'react';
import { useAttestry, useLatest } from '../components/context.tsx';
import type { ActionStatus, EventCategory } from '../event/event-view.ts';
import { FEED_TIMES, type FeedChoice, type FeedFilter, type FeedTime } from './feed-choice.ts';

interface FeedFiltersProps {
  readonly shown: readonly FeedFilter[];
  readonly choice: FeedChoice;
  readonly choose: (choice: FeedChoice) => void;
  /** What is wrong with the search. */
  readonly problem: string | undefined;
}

/** Narrows a feed: words and conditions, category, outcome, time. */
export function FeedFilters({ shown, choice, choose, problem }: FeedFiltersProps): ReactNode {
  const { words } = useAttestry();
  const { filters } = words.feed;
  const selects = {
    category: {
      label: filters.category,
      all: filters.anyCategory,
      options: Object.entries(words.categories) as [EventCategory, string][],
    },
    status: {
      label: filters.status,
      all: filters.anyStatus,
      options: Object.entries(words.statuses) as [ActionStatus, string][],
    },
    time: {
      label: filters.time,
      all: filters.anyTime,
      options: FEED_TIMES.map((time): [FeedTime, string] => [time, filters.times[time]]),
    },
  } as const;
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is younger than some of the browsers this is for
    <div role="search" className="at-filters">
      {shown.includes('search') ? (
        <SearchField
          value={choice.search}
          change={(search) => choose({ ...choice, search })}
          problem={problem}
        />
      ) : null}
      {(['category', 'status', 'time'] as const)
        .filter((name) => shown.includes(name))
        .map((name) => (
          <label key={name} className="at-field">
            <span className="at-sr">{selects[name].label}</span>
            <select
              className="at-select"
              value={choice[name]}
              data-chosen={choice[name] !== ''}
              onChange={({ target }) => choose({ ...choice, [name]: target.value })}
            >
              <option value="">{selects[name].all}</option>
              {selects[name].options.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        ))}
    </div>
  );
}

/** How long somebody pauses in typing before the search begins. */
const TYPING_MS = 350;

interface SearchFieldProps {
  readonly value: string;
  readonly change: (value: string) => void;
  readonly problem: string | undefined;
}

function SearchField({ value, change, problem }: SearchFieldProps): ReactNode {
  const { words } = useAttestry();
  const [text, setText] = useState(value);
  const id = useId();
  const latest = useLatest(change);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value.trim()) return;
    const timer = setTimeout(() => latest.current(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, latest]);
  return (
    <div className="at-field at-field-search">
      <label className="at-sr" htmlFor={id}>
        {words.feed.filters.search}
      </label>
      <input
        id={id}
        type="search"
        className="at-input"
        placeholder={words.feed.filters.searchHint}
        autoComplete="off"
        spellCheck={false}
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={({ key }) => (key === 'Enter' ? change(text.trim()) : undefined)}
      />
      {problem === undefined ? null : (
        <p id={`${id}-problem`} role="alert" className="at-field-problem">
          {problem}
        </p>
      )}
    </div>
  );
}
