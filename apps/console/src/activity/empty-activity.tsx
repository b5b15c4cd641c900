import type { ReactNode } from 'react';
import { Command, State } from '../ui/states.tsx';
import { t } from '../words/english.ts';

interface EmptyActivityProps {
  readonly isFiltered: boolean;
  readonly hasRange: boolean;
  readonly clear: () => void;
  readonly clearRange: () => void;
}

/** Why there is nothing, and what to do: a first command, or a wider search. */
export function EmptyActivity({ isFiltered, hasRange, clear, clearRange }: EmptyActivityProps): ReactNode {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto border-t border-line">
      {isFiltered ? (
        <State icon="search" title={t.activity.noMatchTitle}>
          <p>{t.activity.noMatchDetail}</p>
          <div className="flex gap-2">
            <button type="button" className="button" onClick={clear}>
              {t.activity.clearSearch}
            </button>
            {hasRange ? (
              <button type="button" className="button" onClick={clearRange}>
                {t.activity.allTime}
              </button>
            ) : null}
          </div>
        </State>
      ) : (
        <State icon="activity" title={t.activity.emptyTitle}>
          <p>{t.activity.emptyDetail}</p>
          <Command text={t.activity.emptyImport} />
          <Command text={t.activity.emptyDemo} />
          <Command
            text={`curl ${location.origin}/v1/events -H "Authorization: Bearer $ATTESTRY_API_KEY" -H "Content-Type: application/json" -d '{"type":"user.login.success","actor":{"type":"user","id":"alice"}}'`}
          />
        </State>
      )}
    </div>
  );
}
