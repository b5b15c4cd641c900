import { type ReactNode, useMemo } from 'react';
import { type MemberChange, stateChange } from '../change/state-change.ts';
import { textChange } from '../change/text-change.ts';
import type { EventView } from '../event/event-view.ts';
import { outcomeOf } from '../sentence/event-sentence.ts';
import { visibleText } from './bidi.tsx';
import { useAttestry } from './context.tsx';
import { LongText } from './long-text.tsx';
import { SmallHeading } from './root.tsx';

/** Texts longer than this are compared piece by piece instead of shown as old and new. */
const LONG_TEXT_CHARS = 80;

/** Whether an event carries a change that can be shown. */
export function hasChange(event: EventView): boolean {
  return (
    event.data?.before !== undefined ||
    event.data?.after !== undefined ||
    (event.data?.fields?.length ?? 0) > 0
  );
}

/** What the event changed: member by member, long texts word by word. */
export function EventChange({ event }: { readonly event: EventView }): ReactNode {
  const { words, format } = useAttestry();
  const { before, after, fields } = event.data ?? {};
  const { changes, unchanged } = useMemo(() => stateChange(before, after), [before, after]);
  if (before === undefined && after === undefined) {
    return fields === undefined || fields.length === 0 ? (
      <p className="at-muted">{words.detail.noChange}</p>
    ) : (
      <ul className="at-fields">
        {fields.map((field) => (
          <li key={field} className="at-mono">
            <LongText text={field} />
          </li>
        ))}
      </ul>
    );
  }
  const status = outcomeOf(event);
  const attempted = status === 'denied' || status === 'failure';
  return (
    <section>
      <SmallHeading className="at-h3">
        {attempted ? words.detail.changeAttempted : words.detail.change}
      </SmallHeading>
      <div className="at-diff">
        {changes.map((change) => (
          <ChangedMember key={change.path.join('\u0000')} change={change} />
        ))}
        {unchanged > 0 ? (
          <div className="at-diff-rest">{words.detail.unchanged(format.number(unchanged))}</div>
        ) : null}
      </div>
    </section>
  );
}

function ChangedMember({ change }: { readonly change: MemberChange }): ReactNode {
  const { words } = useAttestry();
  const { before, after, path, kind } = change;
  const name = path.join('.') || words.detail.what;
  const isText = typeof before === 'string' && typeof after === 'string';
  if (isText && before.length + after.length > LONG_TEXT_CHARS)
    return <ChangedText name={name} before={before} after={after} />;
  return (
    <>
      {kind === 'added' ? null : <DiffLine sign="−" label={words.detail.before} name={name} value={before} />}
      {kind === 'removed' ? null : <DiffLine sign="+" label={words.detail.after} name={name} value={after} />}
    </>
  );
}

interface DiffLineProps {
  readonly sign: '−' | '+';
  readonly label: string;
  readonly name: string;
  readonly value: unknown;
}

function DiffLine({ sign, label, name, value }: DiffLineProps): ReactNode {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 1);
  return (
    <div className="at-diff-line" data-sign={sign}>
      <span aria-hidden="true">{sign}</span>
      <span className="at-sr">{label}</span>
      <span className="at-diff-name">{visibleText(name)}</span>
      <span className="at-diff-value">
        <LongText text={text} />
      </span>
    </div>
  );
}

function ChangedText(props: {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}): ReactNode {
  const { name, before, after } = props;
  const pieces = useMemo(() => textChange(before, after), [before, after]);
  return (
    <div className="at-diff-text">
      <div className="at-diff-name">{visibleText(name)}</div>
      <p>
        {pieces.map(({ kind, text }, index) => {
          const shown = visibleText(kind === 'same' ? shortened(text) : text);
          const key = `${index}`;
          if (kind === 'added') return <ins key={key}>{shown}</ins>;
          if (kind === 'removed') return <del key={key}>{shown}</del>;
          return <span key={key}>{shown}</span>;
        })}
      </p>
    </div>
  );
}

/** Characters of unchanged text kept at each end: enough to see where one is. */
const AROUND_CHARS = 120;

function shortened(text: string): string {
  return text.length <= 3 * AROUND_CHARS
    ? text
    : `${text.slice(0, AROUND_CHARS)} … ${text.slice(-AROUND_CHARS)}`;
}
