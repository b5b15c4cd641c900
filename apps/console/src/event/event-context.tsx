import type { EventView } from '@attestry/core';
import { actorOf, Bidi, OutcomeWord, Sentence, SeverityMark, useAttestry } from '@attestry/react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ToggleGroup } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { type ContextKind, contextQuery } from './event-queries.ts';

const KINDS: readonly ContextKind[] = ['time', 'actor', 'session', 'request'];

/** What an event has to be tied by, for each kind of context. */
function isTiedBy(event: EventView, kind: ContextKind): boolean {
  switch (kind) {
    case 'time':
      return true;
    case 'actor':
      return event.actor?.id !== undefined;
    case 'session':
      return event.actor?.session_id !== undefined;
    case 'request':
      return event.context?.request_id !== undefined;
  }
}

/** What happened before and after, in time or by the same actor, session or request. */
export function EventContextView({ event }: { readonly event: EventView }): ReactNode {
  // A session tells the story; where there is none, time does.
  const [kind, setKind] = useState<ContextKind>(isTiedBy(event, 'session') ? 'session' : 'time');
  const isTied = isTiedBy(event, kind);
  const context = useQuery({ ...contextQuery(event.id, kind), enabled: isTied });
  return (
    <section aria-label={t.event.around}>
      <ToggleGroup.Root
        type="single"
        value={kind}
        onValueChange={(value) => (value === '' ? undefined : setKind(value as ContextKind))}
        aria-label={t.event.around}
        className="mb-3 flex flex-wrap gap-1.5"
      >
        {KINDS.map((name) => (
          <ToggleGroup.Item
            key={name}
            value={name}
            disabled={!isTiedBy(event, name)}
            className="chip disabled:opacity-50"
            data-active={name === kind}
          >
            {t.event.contextBy[name]}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
      {context.isError ? (
        <ProblemState error={context.error} retry={() => void context.refetch()} />
      ) : (
        <ol className="grid min-h-[420px] content-start">
          {context.data?.before.map((other) => (
            <ContextRow key={other.id} event={other} />
          ))}
          <ContextRow event={event} isThis />
          {context.data?.after.map((other) => (
            <ContextRow key={other.id} event={other} />
          ))}
        </ol>
      )}
    </section>
  );
}

/** One neighbour, as in the list but on two lines. */
export function ContextRow({
  event,
  isThis = false,
}: {
  readonly event: EventView;
  readonly isThis?: boolean;
}): ReactNode {
  const { words, format } = useAttestry();
  const { seconds, fraction } = format.clock(event.occurred_at);
  const who = actorOf(event, words.sentence);
  return (
    <li
      className={`border-b border-line/60 ${isThis ? 'bg-accent-soft shadow-[inset_2px_0_var(--at-accent)]' : 'hover:bg-sunk'}`}
    >
      <Link
        to="/events/$id"
        params={{ id: event.id }}
        search={{}}
        aria-current={isThis ? 'true' : undefined}
        className="grid grid-cols-[96px_12px_minmax(0,1fr)_auto] items-center gap-2 px-2 py-1.5"
      >
        <time dateTime={event.occurred_at} title={format.moment(event.occurred_at)} className="text-muted">
          {seconds}
          <small className="text-faint">{fraction}</small>
        </time>
        <SeverityMark severity={event.severity} />
        <span className="truncate text-muted">
          <Bidi text={who.label} className="font-[550] text-text" /> <Sentence event={event} withoutActor />
        </span>
        <OutcomeWord event={event} />
      </Link>
    </li>
  );
}
