import { type LiveStatus, useAttestry } from '@attestry/react';
import { lazy, type ReactNode, useState } from 'react';
import { useMe } from '../app/me.tsx';
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
  const mayExport = useMe().scopes.includes('exports:write');
  useShortcut('e', () => setExporting(mayExport));
  return (
    <div className="flex min-h-[46px] items-center gap-2 px-4 py-2 text-muted max-[900px]:flex-wrap min-[901px]:px-6">
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
      ) : null}
      <LiveMark status={live} isAlone={waiting === 0} />
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
      {mayExport ? (
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
      ) : null}
    </div>
  );
}

interface LiveMarkProps {
  readonly status: LiveStatus;
  /** Nothing new waits, which takes the room that a narrow page has. */
  readonly isAlone: boolean;
}

/** Whether the page hears of new events. That it does not, for now, is said at every width, and beside what waits. */
function LiveMark({ status, isAlone }: LiveMarkProps): ReactNode {
  const isAway = status === 'waiting';
  const [text, colour] = isAway
    ? [t.activity.away, 'text-amber']
    : status === 'live'
      ? [t.activity.live, 'text-accent']
      : [status === 'off' ? t.activity.paused : '', 'text-faint max-[900px]:hidden'];
  const place = isAway
    ? 'max-[900px]:order-last max-[900px]:basis-full'
    : isAlone
      ? ''
      : 'max-[900px]:hidden';
  return (
    <span
      role="status"
      className={`flex items-center gap-1.5 font-[550] whitespace-nowrap ${colour} ${place}`}
    >
      {text === '' ? null : (
        <>
          <span
            className={`size-[7px] rounded-full bg-current ${status === 'live' ? 'shadow-[0_0_0_3px_var(--at-accent-soft)]' : ''}`}
          />
          {text}
        </>
      )}
    </span>
  );
}
