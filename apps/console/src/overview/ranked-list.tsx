import { actorOf, shortId, useAttestry, visibleText } from '@attestry/react';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type EventFilter, narrowed, term } from '../activity/activity-search.ts';
import { actorNameQuery } from '../activity/actor-name.ts';
import { type StatsGroup, statsQuery } from '../activity/stats.ts';
import { useMe } from '../app/me.tsx';
import { ProblemState, SkeletonLines } from '../ui/states.tsx';
import { t } from '../words/english.ts';

interface RankedListProps {
  readonly title: string;
  readonly filter: EventFilter;
  readonly by: StatsGroup;
  readonly rows: number;
  /** Name of the field in the query language. */
  readonly field: string;
}

/** The most frequent values of a field; each number leads to the search that yields it. */
export function RankedList({ title, filter, by, rows, field }: RankedListProps): ReactNode {
  const { format } = useAttestry();
  const stats = useQuery(statsQuery(filter, by, { limit: rows }));
  const names = useActorNames(by, stats.data?.groups ?? []);
  const most = Math.max(1, ...(stats.data?.groups.map(({ count }) => count) ?? []));
  return (
    <section aria-label={title}>
      <h2 className="mb-2 text-[13.5px] font-semibold">{title}</h2>
      {stats.isError ? <ProblemState error={stats.error} retry={() => void stats.refetch()} /> : null}
      <div style={{ minHeight: rows * 28 }}>
        {stats.isPending ? <SkeletonLines lines={rows} /> : null}
        <table className="w-full table-fixed">
          <caption className="at-sr">{title}</caption>
          <colgroup>
            <col />
            <col className="w-[84px]" />
          </colgroup>
          <tbody>
            {stats.data?.groups.map(({ key, count }) => (
              <tr key={key ?? ''} className="h-7">
                <th scope="row" className="pr-3 text-left font-normal">
                  <span className="relative block truncate px-2 leading-[24px]" title={key ?? undefined}>
                    <span
                      className="absolute inset-y-0 left-0 -z-10 rounded-[4px] bg-sunk"
                      style={{ width: `${(100 * count) / most}%` }}
                    />
                    <ValueName by={by} value={key} name={names.get(key)} />
                  </span>
                </th>
                <td className="text-right">
                  {key === null ? (
                    <span className="text-faint">{format.number(count)}</span>
                  ) : (
                    <Link
                      to="/activity"
                      search={narrowed(filter, term(field, key))}
                      className="at-link inline-block min-w-[24px] font-[550] leading-[24px]"
                    >
                      {format.number(count)}
                    </Link>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {stats.data?.groups.length === 0 ? <p className="text-faint">{t.overview.nothing}</p> : null}
    </section>
  );
}

/** What actors are called, by id: numbers name them by their id alone. */
function useActorNames(
  by: StatsGroup,
  groups: readonly { readonly key: string | null }[],
): ReadonlyMap<string | null, string> {
  const { words } = useAttestry();
  // Who may not see who did it may not ask for it either.
  const isShown = useMe().personal && by === 'actor';
  const ids = isShown ? groups.flatMap(({ key }) => (key === null ? [] : [key])) : [];
  const events = useQueries({ queries: ids.map(actorNameQuery) });
  return new Map(
    ids.flatMap((id, index) => {
      const event = events[index]?.data;
      return event == null ? [] : [[id, actorOf(event, words.sentence).label] as const];
    }),
  );
}

/** Members of a person, which are sealed for who may not see them. */
const OF_PERSONS: ReadonlySet<StatsGroup> = new Set(['actor', 'ip', 'target']);

interface ValueNameProps {
  readonly by: StatsGroup;
  readonly value: string | null;
  readonly name: string | undefined;
}

function ValueName({ by, value, name }: ValueNameProps): ReactNode {
  const { words } = useAttestry();
  const { personal } = useMe();
  if (value === null) {
    const isSealed = !personal && OF_PERSONS.has(by);
    return <span className="text-faint">{isSealed ? t.overview.sealed : t.overview.none}</span>;
  }
  if (name !== undefined) return <bdi>{visibleText(name)}</bdi>;
  const tables: Partial<Record<StatsGroup, Readonly<Record<string, string>>>> = {
    category: words.categories,
    severity: words.severities,
    status: words.statuses,
  };
  const known = tables[by]?.[value];
  if (known !== undefined) return known;
  if (by === 'type') return <span className="at-mono">{value}</span>;
  return <bdi>{visibleText(by === 'actor' || by === 'target' ? (shortId(value) ?? value) : value)}</bdi>;
}
