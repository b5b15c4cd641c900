import { useAttestry } from '@attestry/react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { type Preferences, setPreferences, usePreferences } from '../app/preferences.ts';
import { useShortcut } from '../app/shortcuts.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import { type EventFilter, filterParameters } from './activity-search.ts';
import { columnName, OPTIONAL_COLUMNS } from './event-row.tsx';
import { FACETS, FacetChip } from './facets.tsx';
import type { Live } from './use-live.ts';

interface ToolbarProps {
  readonly filter: EventFilter;
  readonly order: 'asc' | 'desc';
  readonly total: number | undefined;
  readonly live: Live;
  readonly showNew: () => void;
  readonly toggle: (term: string) => void;
  readonly setOrder: (order: 'asc' | 'desc') => void;
}

/** How many events match, the facets, and what can be done with the list. */
export function ActivityToolbar(props: ToolbarProps): ReactNode {
  const { filter, order, total, live, showNew, toggle, setOrder } = props;
  const { format } = useAttestry();
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
      {live.count > 0 ? (
        <button
          type="button"
          onClick={showNew}
          className="min-h-[26px] rounded-full bg-text px-3 text-[12px] font-[550] whitespace-nowrap text-bg"
        >
          <span aria-live="polite">{t.activity.showNew(live.count, format.number(live.count))}</span>
        </button>
      ) : live.status === 'live' ? (
        <span className="hidden items-center gap-1.5 font-[550] text-accent min-[901px]:flex">
          <span className="size-[7px] rounded-full bg-current shadow-[0_0_0_3px_var(--at-accent-soft)]" />
          {t.activity.live}
        </span>
      ) : null}
      <ViewMenu order={order} setOrder={setOrder} />
      <ExportMenu filter={filter} order={order} total={total} />
    </div>
  );
}

const MENU_ITEM =
  'flex min-h-[30px] cursor-pointer items-center gap-2 rounded-control px-2 outline-none data-[highlighted]:bg-sunk';

function Tick(): ReactNode {
  return (
    <DropdownMenu.ItemIndicator className="ml-auto text-accent">
      <Icon name="check" size={14} />
    </DropdownMenu.ItemIndicator>
  );
}

function ViewMenu({ order, setOrder }: Pick<ToolbarProps, 'order' | 'setOrder'>): ReactNode {
  const preferences = usePreferences();
  const shown = new Set(preferences.columns);
  const stay = (event: Event): void => event.preventDefault();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="chip" aria-label={t.activity.columns}>
        <Icon name="columns" size={14} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} collisionPadding={8} className="float w-[220px] p-1">
          <Label>{t.activity.order}</Label>
          <DropdownMenu.RadioGroup value={order} onValueChange={(value) => setOrder(value as 'asc' | 'desc')}>
            {(['desc', 'asc'] as const).map((value) => (
              <DropdownMenu.RadioItem key={value} value={value} className={MENU_ITEM} onSelect={stay}>
                {value === 'desc' ? t.activity.newest : t.activity.oldest}
                <Tick />
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <Label>{t.activity.density}</Label>
          <DropdownMenu.RadioGroup
            value={preferences.density}
            onValueChange={(density) => setPreferences({ density: density as Preferences['density'] })}
          >
            {(['comfortable', 'compact'] as const).map((value) => (
              <DropdownMenu.RadioItem key={value} value={value} className={MENU_ITEM} onSelect={stay}>
                {t.activity.densities[value]}
                <Tick />
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <Label>{t.activity.columns}</Label>
          {OPTIONAL_COLUMNS.map((column) => (
            <DropdownMenu.CheckboxItem
              key={column}
              className={MENU_ITEM}
              checked={shown.has(column)}
              onSelect={stay}
              onCheckedChange={(isOn) =>
                setPreferences({
                  columns: OPTIONAL_COLUMNS.filter((name) => (name === column ? isOn : shown.has(name))),
                })
              }
            >
              {columnName(column)}
              <Tick />
            </DropdownMenu.CheckboxItem>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Label({ children }: { readonly children: ReactNode }): ReactNode {
  return <DropdownMenu.Label className="px-2 pt-1.5 text-[12px] text-faint">{children}</DropdownMenu.Label>;
}

function ExportMenu({ filter, order, total }: Pick<ToolbarProps, 'filter' | 'order' | 'total'>): ReactNode {
  const { format } = useAttestry();
  const [isOpen, setOpen] = useState(false);
  useShortcut('e', () => setOpen(true));
  const address = (type: 'csv' | 'ndjson'): string =>
    `/v1/export?${new URLSearchParams([...filterParameters(filter).map(([name, value]) => [name, value]), ['order', order], ['format', type]])}`;
  return (
    <DropdownMenu.Root modal={false} open={isOpen} onOpenChange={setOpen}>
      <DropdownMenu.Trigger className="chip">
        <Icon name="download" size={14} />
        <span className="at-sr min-[901px]:not-sr-only">{t.activity.export}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} collisionPadding={8} className="float w-[240px] p-1">
          <Label>{t.activity.exportLead(t.activity.count(total ?? 0, format.number(total ?? 0)))}</Label>
          {(['csv', 'ndjson'] as const).map((type) => (
            <DropdownMenu.Item key={type} asChild className={MENU_ITEM}>
              <a href={address(type)} download={`attestry-events.${type}`}>
                {type === 'csv' ? t.activity.exportCsv : t.activity.exportNdjson}
              </a>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
