import { type LiveStatus, useAttestry } from '@attestry/react';
import { lazy, type ReactNode, useState } from 'react';
import { useShortcut } from '../app/shortcuts.ts';
import { Icon } from '../ui/icon.tsx';
import { OnDemand } from '../ui/on-demand.tsx';
import { t } from '../words/english.ts';
import type { EventFilter } from './activity-search.ts';
import { FACETS, FacetChip } from './facets.tsx';

const ViewMenu = lazy(() => import('./toolbar-menus.tsx').then((m) => ({ default: m.ViewMenu })));
const ExportMenu = lazy(() => import('./toolbar-menus.tsx').then((m) => ({ default: m.ExportMenu })));

interface ToolbarProps {
  readonly filter: EventFilter;
  readonly order: 'asc' | 'desc';
  readonly total: number | undefined;
  readonly live: LiveStatus;
  /** New events that the list does not have yet. */
  readonly waiting: number;
  readonly showNew: () => void;
  readonly toggle: (term: string) => void;
  readonly setOrder: (order: 'asc' | 'desc') => void;
}

/** How many events match, the facets, and what can be done with the list. */
export function ActivityToolbar(props: ToolbarProps): ReactNode {
  const { filter, order, total, live, waiting, showNew, toggle, setOrder } = props;
  const { format } = useAttestry();
  const [isExporting, setExporting] = useState(false);
  useShortcut('e', () => setExporting(true));
  return (
    <div className="flex min-h-[46px] items-center gap-2 px-4 py-2 text-muted min-[901px]:px-6">
      <strong className="font-semibold whitespace-nowrap text-text" role="status">
        {total === undefined ? t.activity.counting : t.activity.count(total, format.number(total))}
      </strong>
      <div className="flex min-w-0 flex-1 gap-2 overflow-x-auto py-0.5 [scrollbar-width:none]">
        {FACETS.map((facet) => (
          <FacetChip key={facet} facet={facet} filter={filter} toggle={toggle} />
        ))}
      </div>
      {waiting > 0 ? (
        <button
          type="button"
          onClick={showNew}
          className="min-h-[26px] rounded-full bg-text px-3 text-[12px] font-[550] whitespace-nowrap text-bg"
        >
          <span aria-live="polite">{t.activity.showNew(waiting, format.number(waiting))}</span>
        </button>
      ) : live === 'live' ? (
        <span className="hidden items-center gap-1.5 font-[550] text-accent min-[901px]:flex">
          <span className="size-[7px] rounded-full bg-current shadow-[0_0_0_3px_var(--at-accent-soft)]" />
          {t.activity.live}
        </span>
      ) : null}
      <OnDemand
        button={(open) => (
          <button
            type="button"
            aria-haspopup="menu"
            aria-label={t.activity.columns}
            onClick={open}
            className="chip"
          >
            <Icon name="columns" size={14} />
          </button>
        )}
      >
        <ViewMenu order={order} setOrder={setOrder} />
      </OnDemand>
      <OnDemand
        isAsked={isExporting}
        button={() => (
          <button type="button" aria-haspopup="menu" onClick={() => setExporting(true)} className="chip">
            <Icon name="download" size={14} />
            <span className="at-sr min-[901px]:not-sr-only">{t.activity.export}</span>
          </button>
        )}
      >
        <ExportMenu {...{ filter, order, total }} isOpen={isExporting} setOpen={setExporting} />
      </OnDemand>
    </div>
  );
}
