import type { EventView } from '@attestry/core';
import { actorOf, Bidi, OutcomeWord, Sentence, SeverityMark, useAttestry } from '@attestry/react';
import { memo, type ReactNode } from 'react';
import { t } from '../words/english.ts';

/** Columns that a reader may switch on and off. */
export const OPTIONAL_COLUMNS = ['outcome', 'type', 'category', 'address', 'project', 'seq'] as const;
export type OptionalColumn = (typeof OPTIONAL_COLUMNS)[number];

const WIDTHS: Readonly<Record<OptionalColumn, string>> = {
  outcome: '76px',
  type: 'minmax(120px, 220px)',
  category: '110px',
  address: '120px',
  project: '120px',
  seq: '84px',
};

/** The columns of a row as `grid-template-columns`. */
export function columnTemplate(columns: readonly OptionalColumn[]): string {
  return [
    '100px 14px clamp(96px, 20cqw, 200px) minmax(0, 1fr)',
    ...columns.map((column) => WIDTHS[column]),
  ].join(' ');
}

interface EventRowProps {
  readonly event: EventView;
  readonly columns: readonly OptionalColumn[];
}

/** The cells of one event. Memoized: scrolling must not render what is already there. */
export const EventRow = memo(function EventRow({ event, columns }: EventRowProps): ReactNode {
  const { words, format } = useAttestry();
  const { seconds, fraction } = format.clock(event.occurred_at);
  const who = actorOf(event, words.sentence);
  const kind = event.actor?.type;
  return (
    <>
      <span role="gridcell" className="ev-time text-muted">
        {seconds}
        <small className="text-[.86em] text-faint">{fraction}</small>
      </span>
      <span role="gridcell" className="ev-dot">
        <SeverityMark severity={event.severity} />
      </span>
      <span role="gridcell" className="ev-who">
        <Bidi text={who.label} className={who.hidden === undefined ? 'font-[550]' : 'text-muted italic'} />
        {kind === undefined || kind === 'user' ? null : <span className="text-faint"> {kind}</span>}
      </span>
      <span role="gridcell" className="ev-what text-muted">
        <Sentence event={event} withoutActor />
      </span>
      {columns.map((column) => (
        <span key={column} role="gridcell" className={`ev-${column}`}>
          <OptionalCell column={column} event={event} />
        </span>
      ))}
    </>
  );
});

function OptionalCell({
  column,
  event,
}: {
  readonly column: OptionalColumn;
  readonly event: EventView;
}): ReactNode {
  const { words, format } = useAttestry();
  switch (column) {
    case 'outcome':
      return <OutcomeWord event={event} />;
    case 'type':
      return <Bidi text={event.type} className="at-mono text-faint" />;
    case 'category':
      return <span className="text-muted">{words.categories[event.category]}</span>;
    case 'address':
      return <Bidi text={event.actor?.ip_address ?? ''} className="at-mono text-faint" />;
    case 'project':
      return <Bidi text={event.context?.project_id ?? ''} className="text-muted" />;
    case 'seq':
      return <span className="text-[12px] text-faint">{format.number(event.seq)}</span>;
  }
}

/** Names of the columns, for the list of them and for screen readers. */
export const columnName = (column: OptionalColumn): string => t.activity.columnNames[column];
