import type { EventView } from '@attestry/core';
import {
  EventChange,
  EventPills,
  EventSummary,
  hasChange,
  Members,
  ProofPanel,
  RawEvent,
  Sentence,
  useAttestry,
} from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { Tabs } from 'radix-ui';
import { type ReactNode, useEffect } from 'react';
import { useMe } from '../app/me.tsx';
import { logNameOf } from '../app/use-log-state.ts';
import { noteDamage, useFoundDamage, withEvent } from '../integrity/found-damage.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { EventContextView } from './event-context.tsx';
import { EventFollow } from './event-follow.tsx';
import { linkTo } from './event-links.tsx';
import { eventQuery } from './event-queries.ts';

const TABS = ['summary', 'change', 'context', 'proof', 'raw'] as const;
type Tab = (typeof TABS)[number];

interface EventDetailProps {
  readonly id: string;
  readonly tab: string | undefined;
  readonly known?: EventView | undefined;
  readonly setTab: (tab: string) => void;
}

/** Everything about one event, in a panel or on a page of its own. */
export function EventDetail({ id, tab, known, setTab }: EventDetailProps): ReactNode {
  const query = useQuery(eventQuery(id, known));
  const event = query.data;
  useVerdict(event);
  if (query.isError) return <ProblemState error={query.error} retry={() => void query.refetch()} />;
  if (event === undefined) return <DetailSkeleton />;
  const shown = TABS.find((name) => name === tab) ?? 'summary';
  return (
    <Tabs.Root
      value={shown}
      onValueChange={setTab}
      activationMode="manual"
      data-scroll
      className="min-h-0 flex-1 overflow-y-auto pb-8"
    >
      <DetailHead event={event} />
      <Tabs.List
        aria-label={t.event.label}
        className="sticky top-0 z-10 flex gap-4 overflow-x-auto border-b border-line bg-panel px-4 pt-3 min-[901px]:px-6"
      >
        {TABS.filter((name) => name !== 'change' || hasChange(event) || shown === 'change').map((name) => (
          <Tabs.Trigger
            key={name}
            value={name}
            className="pb-[9px] font-[550] text-muted hover:text-text aria-selected:text-text aria-selected:shadow-[0_1.5px_var(--at-text)]"
          >
            {t.event.tabs[name]}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {TABS.map((name) => (
        <Tabs.Content
          key={name}
          value={name}
          className="grid content-start gap-6 px-4 pt-4 outline-none min-[901px]:px-6"
        >
          <TabBody tab={name} event={event} />
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}

/** What the server says of an event that it read: where the record is not what was signed, every page says so. */
function useVerdict(event: EventView | undefined): void {
  const log = logNameOf(useMe());
  const { id, seq, verification } = event ?? {};
  const status = verification?.status;
  useEffect(() => {
    if (id === undefined || seq === undefined || (status !== 'verified' && status !== 'failed')) return;
    noteDamage(log, (found) => withEvent(found, { id, seq, by: 'server' }, status === 'verified'));
  }, [log, id, seq, status]);
}

function DetailHead({ event }: { readonly event: EventView }): ReactNode {
  const { format } = useAttestry();
  const found = useFoundDamage(logNameOf(useMe()));
  const isDamaged = found.events.some(({ id }) => id === event.id);
  return (
    <div className="px-4 pt-2 min-[901px]:px-6">
      <div className="flex items-start gap-2">
        <EventPills event={event} />
        <span className="flex-1" />
        <CopyButton
          text={`${location.origin}/events/${event.id}`}
          label={t.event.copyLink}
          icon="link"
          className="chip -my-0.5"
        />
      </div>
      <h2 className="mt-2 mb-0.5 text-[17px] leading-[1.35] font-semibold tracking-[-0.012em] break-words [&_.at-target]:font-semibold [&_.at-text]:text-text [&_.at-verb]:font-semibold">
        <Sentence event={event} />
      </h2>
      <div className="flex flex-wrap gap-x-2 text-[12.5px] text-muted">
        <time dateTime={event.occurred_at}>{format.moment(event.occurred_at)}</time>
        <span>{format.relative(event.occurred_at, Date.now())}</span>
        <span className="at-mono leading-[1.8]">{t.event.number(format.number(event.seq))}</span>
      </div>
      {isDamaged ? (
        <p role="alert" className="mt-2 font-[550] text-red">
          {t.event.damaged}
        </p>
      ) : null}
    </div>
  );
}

function TabBody({ tab, event }: { readonly tab: Tab; readonly event: EventView }): ReactNode {
  const { words } = useAttestry();
  switch (tab) {
    case 'summary':
      return (
        <>
          <EventSummary event={event} linkTo={linkTo} />
          <EventFollow event={event} />
          {hasChange(event) ? <EventChange event={event} /> : null}
          <ProofPanel event={event} />
          {event.metadata === undefined ? null : (
            <section>
              <h3 className="at-h3">{words.detail.metadata}</h3>
              <Members value={event.metadata} />
            </section>
          )}
        </>
      );
    case 'change':
      return <EventChange event={event} />;
    case 'context':
      return <EventContextView event={event} />;
    case 'proof':
      return <ProofPanel event={event} />;
    case 'raw':
      return (
        <>
          <div className="flex">
            <CopyButton text={JSON.stringify(event, undefined, 2)} label={t.event.copyJson} />
          </div>
          <RawEvent event={event} />
        </>
      );
  }
}

function DetailSkeleton(): ReactNode {
  return (
    <div role="status" aria-label={t.states.loading} className="grid gap-3 px-6 pt-3">
      <div className="skeleton h-5 w-32" />
      <div className="skeleton h-6 w-full" />
      <div className="skeleton h-6 w-2/3" />
      <div className="skeleton mt-6 h-[220px] w-full" />
    </div>
  );
}
