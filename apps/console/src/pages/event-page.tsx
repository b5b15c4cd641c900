import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { EventDetail } from '../event/event-detail.tsx';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';

/** One event on a page of its own, which can be shared. */
export function EventPage(): ReactNode {
  const { id } = useParams({ from: '/app/events/$id' });
  const { tab } = useSearch({ from: '/app/events/$id' });
  const navigate = useNavigate({ from: '/events/$id' });
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center bg-panel">
      <div className="flex min-h-0 w-full max-w-[860px] flex-1 flex-col">
        <div className="px-4 pt-3 pb-1 min-[901px]:px-6">
          <Link
            to="/activity"
            search={{}}
            className="inline-flex min-h-[28px] items-center gap-1 text-muted hover:text-text"
          >
            <Icon name="left" size={14} />
            {t.event.back}
          </Link>
        </div>
        <EventDetail
          id={id}
          tab={tab}
          setTab={(next) => void navigate({ search: { tab: next }, replace: true })}
        />
      </div>
    </div>
  );
}
