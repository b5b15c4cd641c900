import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Popover } from 'radix-ui';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { EventFilter } from '../activity/activity-search.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import {
  removeSearch,
  type SavedSearch,
  savedQuery,
  savedSearchesQuery,
  saveSearch,
  searchOf,
} from './saved-searches.ts';

/** Opens the saved searches, and saves the present one under a name. */
export function SavedSearchMenu({ filter }: { readonly filter: EventFilter }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const saved = useQuery(savedSearchesQuery);
  const query = savedQuery(filter);
  const present = saved.data?.find((search) => savedQuery(searchOf(search.query)) === query && query !== '');
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="chip" data-active={present !== undefined} title={t.saved.title}>
        <Icon name="bookmark" size={13} />
        <span className="at-sr min-[901px]:not-sr-only min-[901px]:max-w-[160px] min-[901px]:truncate">
          {present?.name ?? (query === '' ? t.saved.title : t.saved.save)}
        </span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="float w-[320px] p-1"
          aria-label={t.saved.title}
        >
          {saved.isError ? <ProblemState error={saved.error} retry={() => void saved.refetch()} /> : null}
          <SavedList searches={saved.data ?? []} present={present} close={() => setOpen(false)} />
          {query === '' ? (
            <p className="border-t border-line px-2.5 py-2 text-[12.5px] text-faint first:border-t-0">
              {t.saved.nothingToSave}
            </p>
          ) : (
            <SaveForm
              query={query}
              searches={saved.data ?? []}
              present={present}
              done={() => setOpen(false)}
            />
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface SavedListProps {
  readonly searches: readonly SavedSearch[];
  readonly present: SavedSearch | undefined;
  readonly close: () => void;
}

function SavedList({ searches, present, close }: SavedListProps): ReactNode {
  if (searches.length === 0) return null;
  return (
    <ul className="max-h-[300px] overflow-y-auto" aria-label={t.saved.title}>
      {searches.map((search) => (
        <li key={search.id} className="group flex items-center rounded-control hover:bg-sunk">
          <Link
            to="/activity"
            search={searchOf(search.query)}
            onClick={close}
            aria-current={search === present ? 'true' : undefined}
            className="flex min-h-[32px] min-w-0 flex-1 items-center gap-2 px-2.5"
          >
            <bdi className="truncate font-[550]">{search.name}</bdi>
            <span className="ml-auto text-[12px] whitespace-nowrap text-faint">
              {search.shared ? (search.editable ? t.saved.shared : t.saved.sharedBy(search.owner.name)) : ''}
            </span>
          </Link>
          {search.editable ? <RemoveButton search={search} /> : null}
        </li>
      ))}
    </ul>
  );
}

/** Asks once more in place: what is gone has to be written anew. */
function RemoveButton({ search }: { readonly search: SavedSearch }): ReactNode {
  const [isAsked, setAsked] = useState(false);
  const remove = useMutation({ mutationFn: () => removeSearch(search.id) });
  return (
    <button
      type="button"
      onClick={() => (isAsked ? remove.mutate() : setAsked(true))}
      onBlur={() => setAsked(false)}
      disabled={remove.isPending}
      aria-label={`${isAsked ? t.saved.removeSure : t.saved.remove}: ${search.name}`}
      className={`mr-1 flex min-h-[26px] min-w-[26px] items-center justify-center rounded-control px-1.5 text-[12px] ${
        isAsked ? 'font-[550] text-red' : 'text-faint hover:text-text'
      }`}
    >
      {isAsked ? t.saved.removeSure : <Icon name="close" size={13} />}
    </button>
  );
}

interface SaveFormProps {
  readonly query: string;
  readonly searches: readonly SavedSearch[];
  readonly present: SavedSearch | undefined;
  readonly done: () => void;
}

function SaveForm({ query, searches, present, done }: SaveFormProps): ReactNode {
  const [name, setName] = useState(present?.name ?? '');
  const [isShared, setShared] = useState(present?.shared ?? false);
  const old = searches.find((search) => search.editable && search.name === name.trim());
  const save = useMutation({
    mutationFn: () => saveSearch({ name: name.trim(), query, shared: isShared }, old?.id),
    onSuccess: done,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') save.mutate();
  };
  return (
    <form onSubmit={submit} className="mt-1 grid gap-2 border-t border-line p-2">
      <label className="grid gap-1">
        <span className="text-[12.5px] text-muted">{t.saved.name}</span>
        <input
          className="field"
          maxLength={100}
          placeholder={t.saved.nameExample}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label className="flex items-center gap-2 text-muted">
        <input type="checkbox" checked={isShared} onChange={(event) => setShared(event.target.checked)} />
        {t.saved.share}
      </label>
      {save.error === null ? null : (
        <p role="alert" className="text-[12.5px] text-red">
          {save.error.message}
        </p>
      )}
      <button type="submit" className="button" disabled={name.trim() === '' || save.isPending}>
        {old === undefined ? t.saved.save : t.saved.replace}
      </button>
    </form>
  );
}
