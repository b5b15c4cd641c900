import type { ReactNode } from 'react';
import { State } from '../ui/states.tsx';
import { t } from '../words/english.ts';

interface EmptyActivityProps {
  readonly hasRange: boolean;
  readonly clear: () => void;
  readonly clearRange: () => void;
}

/** A search that nothing matches, and how to make it wider. */
export function EmptyActivity({ hasRange, clear, clearRange }: EmptyActivityProps): ReactNode {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto border-t border-line">
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
    </div>
  );
}
