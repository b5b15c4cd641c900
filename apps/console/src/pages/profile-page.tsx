import type { EventView } from '@attestry/core';
import { actorOf, Bidi, bodyOf, kindOf, shortId, targetOf, useAttestry } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type EventFilter, term } from '../activity/activity-search.ts';
import { Histogram } from '../activity/histogram.tsx';
import { statsQuery } from '../activity/stats.ts';
import { useTimeline } from '../activity/use-timeline.ts';
import { api } from '../api/api.ts';
import { useMe } from '../app/me.tsx';
import { usePreferences } from '../app/preferences.ts';
import { ContextRow } from '../event/event-context.tsx';
import { RankedList } from '../overview/ranked-list.tsx';
import { NoRight, ProblemState, State } from '../ui/states.tsx';
import { t } from '../words/english.ts';

const HISTOGRAM_HEIGHT = 72;
const TOP = 6;

/** Who somebody is, as far as the log knows: when, from where, and what they did. */
export function ActorPage(): ReactNode {
  // Who did what is personal data, also of a service: the server refuses all of it to others.
  return useMe().personal ? <ActorProfile /> : <NoRight />;
}

function ActorProfile(): ReactNode {
  const { id } = useParams({ from: '/app/actors/$id' });
  const { words } = useAttestry();
  const activity = useQuery({
    queryKey: ['actor', id],
    queryFn: ({ signal }) =>
      bodyOf(
        api.client.GET('/v1/actors/{id}/activity', { params: { path: { id } }, signal }),
      ) as Promise<Activity>,
  });
  const filter: EventFilter = { q: term('actor', id) };
  const newest = activity.data?.recent[0];
  const name = newest === undefined ? (shortId(id) ?? id) : actorOf(newest, words.sentence).label;
  return (
    <Profile {...{ id, name, filter, activity }} kind={newest?.actor?.type ?? t.profile.actor}>
      <RankedList title={t.profile.types} filter={filter} by="type" field="type" rows={TOP} />
      <RankedList title={t.profile.touched} filter={filter} by="target" field="target" rows={TOP} />
      <RankedList title={t.profile.addresses} filter={filter} by="ip" field="ip" rows={TOP} />
      <RankedList title={t.profile.outcomes} filter={filter} by="status" field="status" rows={TOP} />
    </Profile>
  );
}

/** What happened to a thing, and who touched it. */
export function TargetPage(): ReactNode {
  const { type, id } = useParams({ from: '/app/targets/$type/$id' });
  const { words } = useAttestry();
  const activity = useQuery({
    queryKey: ['target', type, id],
    queryFn: ({ signal }) =>
      bodyOf(
        api.client.GET('/v1/targets/{type}/{id}/activity', { params: { path: { type, id } }, signal }),
      ) as Promise<Activity>,
  });
  const filter: EventFilter = { q: `${term('target_type', type)} ${term('target', id)}` };
  const newest = activity.data?.recent[0];
  const name =
    (newest === undefined ? undefined : targetOf(newest, words.sentence)?.label) ?? shortId(id) ?? id;
  return (
    <Profile {...{ id, name, filter, activity }} kind={kindOf(type)}>
      <RankedList title={t.profile.typesTarget} filter={filter} by="type" field="type" rows={TOP} />
      <RankedList title={t.profile.actors} filter={filter} by="actor" field="actor" rows={TOP} />
      <RankedList title={t.profile.outcomes} filter={filter} by="status" field="status" rows={TOP} />
    </Profile>
  );
}

interface Activity {
  readonly total: number;
  readonly first_at: string | null;
  readonly last_at: string | null;
  readonly recent: readonly EventView[];
}

interface ProfileProps {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly filter: EventFilter;
  readonly activity: {
    readonly data: Activity | undefined;
    readonly error: Error | null;
    readonly refetch: () => Promise<unknown>;
  };
  readonly children: ReactNode;
}

function Profile({ id, name, kind, filter, activity, children }: ProfileProps): ReactNode {
  const { format } = useAttestry();
  const navigate = useNavigate();
  const timeline = useTimeline(filter);
  const { data, error } = activity;
  if (error !== null) return <ProblemState error={error} retry={() => void activity.refetch()} />;
  if (data?.total === 0) {
    return (
      <State icon="user" title={t.states.notFound}>
        <p>{t.profile.nothing}</p>
      </State>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[1180px] grid-cols-[minmax(0,1fr)] gap-8 px-4 py-5 min-[901px]:px-8">
        <div>
          <p className="text-muted">{kind}</p>
          <h2 className="text-[20px] leading-tight font-semibold tracking-[-0.015em] break-words">
            <Bidi text={name} />
          </h2>
          {name === id ? null : <Bidi text={id} className="at-mono break-all text-faint" />}
          <dl className="mt-4 flex min-h-[44px] flex-wrap gap-x-10 gap-y-3">
            <Fact name={t.profile.total}>
              {data === undefined ? (
                <span className="skeleton my-1 block h-3 w-10" />
              ) : (
                <Link to="/activity" search={filter} className="at-link font-[550]">
                  {format.number(data.total)}
                </Link>
              )}
            </Fact>
            <Fact name={t.profile.first}>{data?.first_at == null ? '' : format.moment(data.first_at)}</Fact>
            <Fact name={t.profile.last}>{data?.last_at == null ? '' : format.moment(data.last_at)}</Fact>
          </dl>
        </div>
        <Histogram
          buckets={timeline.data?.buckets}
          height={HISTOGRAM_HEIGHT}
          choose={(from, to) =>
            void navigate({
              to: '/activity',
              search: { ...filter, from: new Date(from).toISOString(), to: new Date(to).toISOString() },
            })
          }
        />
        <div className="grid gap-x-10 gap-y-8 min-[700px]:grid-cols-2">{children}</div>
        <UsualHours filter={filter} />
        <section aria-label={t.profile.recent}>
          <h2 className="mb-2 text-[13.5px] font-semibold">{t.profile.recent}</h2>
          <ol>
            {data?.recent.map((event) => (
              <ContextRow key={event.id} event={event} />
            ))}
          </ol>
        </section>
      </div>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt className="text-[12.5px] text-faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const HOURS = 24;
const HOUR_GROUPS_MAX = 1_000;

/** At which hours of the day somebody is active; the unusual ones stand out by being low. */
function UsualHours({ filter }: { readonly filter: EventFilter }): ReactNode {
  const { format } = useAttestry();
  const isUtc = usePreferences().timeZone === 'UTC';
  const stats = useQuery(statsQuery(filter, 'hour', { limit: HOUR_GROUPS_MAX }));
  const counts = Array.from({ length: HOURS }, () => 0);
  for (const { key, count } of stats.data?.groups ?? []) {
    if (key === null) continue;
    const time = new Date(key);
    const hour = isUtc ? time.getUTCHours() : time.getHours();
    counts[hour] = (counts[hour] ?? 0) + count;
  }
  const most = Math.max(1, ...counts);
  return (
    <section aria-label={t.profile.hours}>
      <h2 className="mb-2 text-[13.5px] font-semibold">{t.profile.hours}</h2>
      <p className="mb-2 text-[12.5px] text-faint">{t.profile.hoursLead(format.timeZone)}</p>
      <ol className="grid max-w-[560px] grid-cols-[repeat(24,minmax(0,1fr))] gap-[3px]">
        {counts.map((count, hour) => {
          const name = String(hour).padStart(2, '0');
          return (
            <li
              key={name}
              title={`${name}:00, ${t.activity.count(count, format.number(count))}`}
              className="text-center text-[10px] text-faint"
            >
              <span className="flex h-10 items-end rounded-[3px] bg-sunk">
                <span
                  className="w-full rounded-[3px] bg-line-strong"
                  style={{ height: `${(100 * count) / most}%` }}
                />
              </span>
              <span className="at-sr">
                {name}:00, {t.activity.count(count, format.number(count))}
              </span>
              <span aria-hidden="true">{hour % 6 === 0 ? name : ' '}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
