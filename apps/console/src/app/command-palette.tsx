import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { statsQuery } from '../activity/stats.ts';
import type { Me } from '../api/session.ts';
import { savedSearchesQuery, searchOf } from '../searches/saved-searches.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Modal } from '../ui/modal.tsx';
import { t } from '../words/english.ts';
import { setPreferences } from './preferences.ts';

interface Entry {
  readonly id: string;
  readonly group: string;
  readonly name: string;
  readonly icon: IconName;
  readonly run: () => void;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SHOWN_MAX = 12;
/** Saved searches before anything is written. */
const SAVED_FIRST_MAX = 5;

/** Goes anywhere by a few letters. */
export function CommandPalette({ me, close }: { readonly me: Me; readonly close: () => void }): ReactNode {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const list = useId();
  const entries = useEntries(text.trim(), me);
  const run = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    close();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setChosen((chosen + 1) % Math.max(1, entries.length));
    else if (event.key === 'ArrowUp') setChosen((chosen + entries.length - 1) % Math.max(1, entries.length));
    else if (event.key === 'Enter') run(entries[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      label={t.palette.label}
      close={close}
      className="mt-[12vh] w-[min(600px,calc(100vw-24px))] overflow-hidden"
    >
      <div className="flex items-center gap-2 border-b border-line px-4 text-faint">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label={t.palette.label}
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={entries[chosen] === undefined ? undefined : `${list}-${chosen}`}
          placeholder={t.palette.placeholder}
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
          className="h-[48px] min-w-0 flex-1 bg-transparent text-[15px] text-text outline-none"
        />
      </div>
      <EntryList id={list} entries={entries} chosen={chosen} run={run} />
    </Modal>
  );
}

interface EntryListProps {
  readonly id: string;
  readonly entries: readonly Entry[];
  readonly chosen: number;
  readonly run: (entry: Entry) => void;
}

function EntryList({ id, entries, chosen, run }: EntryListProps): ReactNode {
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t.palette.label}
      className="max-h-[min(420px,60vh)] overflow-y-auto p-1.5"
    >
      {entries.map((entry, index) => (
        // Keys are handled by the combobox that owns this list.
        <div
          key={entry.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          onClick={() => run(entry)}
          className="flex min-h-[36px] cursor-pointer items-center gap-3 rounded-control px-3 hover:bg-sunk aria-selected:bg-sunk"
        >
          <span className="text-faint">
            <Icon name={entry.icon} size={15} />
          </span>
          <bdi className="min-w-0 flex-1 truncate">{entry.name}</bdi>
          <span className="text-[12px] text-faint">{entry.group}</span>
        </div>
      ))}
      {entries.length === 0 ? <p className="px-3 py-6 text-center text-muted">{t.palette.empty}</p> : null}
    </div>
  );
}

/** Everything that is called like the text, then what can be looked for with it. */
function useEntries(text: string, me: Me): readonly Entry[] {
  const navigate = useNavigate();
  const mayRead = me.scopes.includes('events:read');
  const mayManage = me.scopes.includes('admin');
  const actors = useQuery({ ...statsQuery({}, 'actor', { limit: 200 }), enabled: mayRead });
  const saved = useQuery({ ...savedSearchesQuery, enabled: mayRead });
  const go = (href: string) => (): void => void navigate({ href });
  const { pages, actions } = t.palette;
  const page = (href: string, name: string, icon: IconName): Entry => ({
    id: href,
    group: pages,
    name,
    icon,
    run: go(href),
  });
  const action = (name: string, icon: IconName, run: () => void): Entry => ({
    id: name,
    group: actions,
    name,
    icon,
    run,
  });
  const fixed: readonly Entry[] = [
    page('/activity', t.nav.activity, 'activity'),
    page('/activity?q=type%3Auser.login.failure', t.palette.failedLogins, 'alert'),
    page('/activity?q=status%3Adenied', t.palette.deniedAccess, 'alert'),
    page('/overview', t.nav.overview, 'overview'),
    page('/integrity', t.nav.integrity, 'integrity'),
    ...(mayManage ? [page('/settings/keys', t.settings.keys.title, 'key')] : []),
    ...(mayManage && me.platform ? [page('/settings/tenants', t.settings.tenants.title, 'settings')] : []),
    ...(mayManage
      ? [
          page('/settings/types', t.settings.types.title, 'settings'),
          page('/settings/viewers', t.settings.viewers.title, 'key'),
        ]
      : []),
    page('/settings/about', t.settings.about.title, 'settings'),
    ...(['system', 'light', 'dark'] as const).map((theme) =>
      action(t.palette.theme(t.account.themes[theme]), 'sun', () => setPreferences({ theme })),
    ),
    ...(['local', 'UTC'] as const).map((timeZone) =>
      action(t.palette.zone(t.account.zones[timeZone]), 'clock', () => setPreferences({ timeZone })),
    ),
  ];
  const searches = (saved.data ?? []).map(
    ({ id, name, query }): Entry => ({
      id: `search ${id}`,
      group: t.saved.title,
      name,
      icon: 'bookmark',
      run: go(`/activity?${new URLSearchParams({ ...searchOf(query) })}`),
    }),
  );
  if (text === '') return [...searches.slice(0, SAVED_FIRST_MAX), ...fixed];
  const sought = text.toLowerCase();
  const found = [...searches, ...fixed].filter(({ name }) => name.toLowerCase().includes(sought));
  const known = (actors.data?.groups ?? [])
    .flatMap(({ key }) => (key?.toLowerCase().includes(sought) ? [key] : []))
    .map(
      (id): Entry => ({
        id: `actor ${id}`,
        group: t.palette.actors,
        name: id,
        icon: 'user',
        run: go(`/actors/${encodeURIComponent(id)}`),
      }),
    );
  const event = UUID.test(text)
    ? [{ ...page(`/events/${text}`, t.palette.openEvent(text), 'activity'), group: '' }]
    : [];
  const search = {
    ...page(`/activity?q=${encodeURIComponent(text)}`, t.palette.searchFor(text), 'search'),
    group: '',
  };
  return [...event, ...found, ...known.slice(0, 6), search].slice(0, SHOWN_MAX);
}
