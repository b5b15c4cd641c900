import { shortId, useAttestry, visibleText } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { Popover } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useMe } from '../app/me.tsx';
import { Icon } from '../ui/icon.tsx';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { type EventFilter, hasTerm, term } from './activity-search.ts';
import { type StatsGroup, statsQuery } from './stats.ts';

export const FACETS = ['actor', 'type', 'category', 'severity', 'status', 'target', 'ip'] as const;
type Facet = (typeof FACETS)[number];

/** Values of one facet; the most frequent ones. */
const VALUES_MAX = 200;
/** Above this a box to find one among them helps. */
const FIND_FROM = 12;

interface FacetProps {
  readonly facet: Facet;
  readonly filter: EventFilter;
  /** Adds the term to the search, or removes it. */
  readonly toggle: (term: string) => void;
}

/** A chip that opens to the values of one field, each with its count; choosing one narrows the search. */
export function FacetChip({ facet, filter, toggle }: FacetProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const isActive = new RegExp(String.raw`(^|\s)-?${facet}[:><=]`).test(filter.q ?? '');
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="chip" data-active={isActive}>
        {t.activity.facets[facet]}
        <Icon name="down" size={12} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={8}
          className="float w-[320px] p-1"
          aria-label={t.activity.facets[facet]}
        >
          <FacetValues facet={facet} filter={filter} toggle={toggle} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function FacetValues({ facet, filter, toggle }: FacetProps): ReactNode {
  const { format } = useAttestry();
  const [sought, setSought] = useState('');
  const stats = useQuery(statsQuery(filter, facet satisfies StatsGroup, { limit: VALUES_MAX }));
  if (stats.isError) return <ProblemState error={stats.error} retry={() => void stats.refetch()} />;
  if (stats.data === undefined)
    return <div className="h-[180px]" role="status" aria-label={t.states.loading} />;
  const { groups, total } = stats.data;
  const words = sought.toLowerCase();
  const shown = groups.filter(({ key }) => key === null || key.toLowerCase().includes(words));
  return (
    <>
      {groups.length >= FIND_FROM ? (
        <input
          type="search"
          className="field mb-1"
          aria-label={t.activity.facetFind(t.activity.facets[facet])}
          placeholder={t.activity.facetFind(t.activity.facets[facet])}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
        />
      ) : null}
      <ul className="max-h-[320px] overflow-y-auto">
        {shown.map(({ key, count }) => (
          <li key={key ?? ''}>
            <FacetValue
              {...{ facet, filter, toggle, value: key, count }}
              share={total === 0 ? 0 : count / total}
            />
          </li>
        ))}
      </ul>
      {shown.length === 0 ? <p className="px-3 py-4 text-muted">{t.activity.facetEmpty}</p> : null}
      {groups.length === VALUES_MAX ? (
        <p className="border-t border-line px-3 pt-1.5 pb-1 text-[12px] text-faint">
          {t.activity.facetMore(format.number(VALUES_MAX))}
        </p>
      ) : null}
    </>
  );
}

interface FacetValueProps extends FacetProps {
  readonly value: string | null;
  readonly count: number;
  readonly share: number;
}

function FacetValue({ facet, filter, toggle, value, count, share }: FacetValueProps): ReactNode {
  const { format } = useAttestry();
  const name = useValueName(facet, value);
  const wanted = value === null ? undefined : term(facet, value);
  const isOn = wanted !== undefined && hasTerm(filter.q, wanted);
  return (
    <button
      type="button"
      disabled={wanted === undefined}
      aria-pressed={isOn}
      title={value ?? undefined}
      onClick={() => (wanted === undefined ? undefined : toggle(wanted))}
      className="relative flex min-h-[30px] w-full items-center gap-2 rounded-control px-3 text-left hover:bg-sunk disabled:text-faint"
    >
      <span
        className="absolute bottom-0 left-3 h-[2px] rounded-full bg-line-strong"
        style={{ width: `calc((100% - 24px) * ${share})` }}
      />
      {isOn ? <Icon name="check" size={13} /> : null}
      <bdi className="min-w-0 flex-1 truncate">{name}</bdi>
      <span className="text-faint">{format.number(count)}</span>
    </button>
  );
}

/** What is sealed for who may not see persons. */
const OF_PERSONS: ReadonlySet<Facet> = new Set(['actor', 'target', 'ip']);

function useValueName(facet: Facet, value: string | null): string {
  const { words } = useAttestry();
  const { personal } = useMe();
  if (value === null) return !personal && OF_PERSONS.has(facet) ? t.overview.sealed : t.activity.facetNone;
  const tables: Partial<Record<Facet, Readonly<Record<string, string>>>> = {
    category: words.categories,
    severity: words.severities,
    status: words.statuses,
  };
  return tables[facet]?.[value] ?? visibleText(facet === 'actor' ? (shortId(value) ?? value) : value);
}
