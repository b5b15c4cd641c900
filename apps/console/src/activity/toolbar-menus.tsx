import { useAttestry } from '@attestry/react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { type Preferences, setPreferences, usePreferences } from '../app/preferences.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import { type EventFilter, filterParameters } from './activity-search.ts';
import { columnName, OPTIONAL_COLUMNS } from './event-row.tsx';

const MENU_ITEM =
  'flex min-h-[30px] cursor-pointer items-center gap-2 rounded-control px-2 outline-none data-[highlighted]:bg-sunk';

function Tick(): ReactNode {
  return (
    <DropdownMenu.ItemIndicator className="ml-auto text-accent">
      <Icon name="check" size={14} />
    </DropdownMenu.ItemIndicator>
  );
}

interface ViewMenuProps {
  readonly order: 'asc' | 'desc';
  readonly setOrder: (order: 'asc' | 'desc') => void;
}

/** Order, density and columns of the list. */
export function ViewMenu({ order, setOrder }: ViewMenuProps): ReactNode {
  const preferences = usePreferences();
  const shown = new Set(preferences.columns);
  const stay = (event: Event): void => event.preventDefault();
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
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

interface ExportMenuProps {
  readonly filter: EventFilter;
  readonly order: 'asc' | 'desc';
  readonly total: number | undefined;
  readonly isOpen: boolean;
  readonly setOpen: (isOpen: boolean) => void;
}

/** Exports exactly what is shown. */
export function ExportMenu({ filter, order, total, isOpen, setOpen }: ExportMenuProps): ReactNode {
  const { format } = useAttestry();
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
