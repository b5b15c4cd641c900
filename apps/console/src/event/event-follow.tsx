import type { EventView } from '@attestry/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type EventFilter, term } from '../activity/activity-search.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';

/** How far around an event one looks for what led to it. */
const AROUND_MS = 15 * 60_000;

/** The ways on from an event: each is a search, oldest first where it is a story. */
export function EventFollow({ event }: { readonly event: EventView }): ReactNode {
  const { actor, context, target } = event;
  const atMs = Date.parse(event.occurred_at);
  const around: EventFilter = {
    from: new Date(atMs - AROUND_MS).toISOString(),
    to: new Date(atMs + AROUND_MS).toISOString(),
  };
  const ways: readonly (readonly [label: string, filter: EventFilter | undefined])[] = [
    [t.follow.session, termFilter('session', actor?.session_id)],
    [t.follow.request, termFilter('request_id', context?.request_id)],
    [t.follow.actor, termFilter('actor', actor?.id)],
    [t.follow.address, termFilter('ip', actor?.ip_address)],
    [t.follow.target, termFilter('target', target?.id)],
    [t.follow.type, termFilter('type', event.type)],
    [t.follow.around, around],
  ];
  return (
    <section>
      <h3 className="at-h3">{t.follow.title}</h3>
      <div className="flex flex-wrap gap-1.5">
        {ways.map(([label, filter]) =>
          filter === undefined ? null : (
            <Link
              key={label}
              to="/activity"
              search={{ ...filter, order: 'asc', event: event.id }}
              className="chip"
            >
              {label}
              <Icon name="right" size={11} />
            </Link>
          ),
        )}
      </div>
    </section>
  );
}

const termFilter = (field: string, value: string | undefined): EventFilter | undefined =>
  value === undefined ? undefined : { q: term(field, value) };
