import { type ReactNode, useMemo, useState } from 'react';
import type { EventView } from '../event/event-view.ts';
import { actorOf, kindOf, targetOf } from '../sentence/event-sentence.ts';
import { Bidi } from './bidi.tsx';
import { useAttestry } from './context.tsx';
import { LongText } from './long-text.tsx';
import { HiddenMark } from './marks.tsx';

/** Makes a link to the search for a field and value, or to the page of an actor or target. */
export type LinkTo = (to: LinkTarget, children: ReactNode) => ReactNode;
export type LinkTarget =
  | { readonly kind: 'actor'; readonly id: string }
  | { readonly kind: 'target'; readonly type: string; readonly id: string }
  | { readonly kind: 'search'; readonly field: string; readonly value: string };

const plain: LinkTo = (_to, children) => children;

interface SummaryProps {
  readonly event: EventView;
  readonly linkTo?: LinkTo;
}

/** Who, from where, on what, why, by which request: the members that the event has, and no empty rows. */
export function EventSummary({ event, linkTo = plain }: SummaryProps): ReactNode {
  const { words, format } = useAttestry();
  const { detail } = words;
  const { context, action, ai } = event;
  return (
    <dl className="at-facts">
      <WhoFact event={event} linkTo={linkTo} />
      <FromFact event={event} linkTo={linkTo} />
      <TargetFact event={event} linkTo={linkTo} />
      <Fact name={detail.what}>
        {linkTo(
          { kind: 'search', field: 'type', value: event.type },
          <code className="at-mono">{event.type}</code>,
        )}
        {action?.description === undefined ? null : (
          <Sub>
            <LongText text={action.description} />
          </Sub>
        )}
      </Fact>
      {context?.reason === undefined ? null : (
        <Fact name={detail.why}>
          <LongText text={context.reason} />
        </Fact>
      )}
      {action?.error === undefined ? null : (
        <Fact name={detail.error}>
          <LongText text={action.error} className="at-red" />
        </Fact>
      )}
      <RequestFact event={event} linkTo={linkTo} />
      {context?.project_id === undefined ? null : (
        <Fact name={detail.project}>
          {linkTo(
            { kind: 'search', field: 'project', value: context.project_id },
            <Bidi text={context.project_id} />,
          )}
        </Fact>
      )}
      {context?.service === undefined && context?.environment === undefined ? null : (
        <Fact name={detail.service}>
          <Bidi
            text={[context.service, context.environment].filter((text) => text !== undefined).join(', ')}
          />
        </Fact>
      )}
      {ai === undefined ? null : <Fact name={detail.ai}>{<Members value={ai} />}</Fact>}
      {event.compliance === undefined ? null : (
        <Fact name={detail.compliance}>{<Members value={event.compliance} />}</Fact>
      )}
      {event.security === undefined ? null : (
        <Fact name={detail.security}>{<Members value={event.security} />}</Fact>
      )}
      {event.performance === undefined ? null : (
        <Fact name={detail.performance}>{<Members value={event.performance} />}</Fact>
      )}
      <Fact name={detail.recorded}>{format.moment(event.recorded_at)}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Sub({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="at-muted">{children}</div>;
}

type PartProps = Required<SummaryProps>;

function WhoFact({ event, linkTo }: PartProps): ReactNode {
  const { words } = useAttestry();
  const { detail } = words;
  const { actor } = event;
  const who = actorOf(event, words.sentence);
  const redacted = event.redacted?.filter((path) => path.startsWith('/actor')) ?? [];
  const name = <Bidi text={who.label} className="at-strong" />;
  const onBehalfOf = actor?.on_behalf_of;
  return (
    <>
      <Fact name={detail.who}>
        {actor?.id === undefined ? name : linkTo({ kind: 'actor', id: actor.id }, name)}{' '}
        {redacted.length > 0 ? <HiddenMark kind="sealed" members={redacted.join(', ')} /> : null}
        {(event.erased?.length ?? 0) > 0 ? <HiddenMark kind="erased" /> : null}
        <Sub>
          {actor?.email === undefined || actor.email === who.label ? null : <Bidi text={`${actor.email} `} />}
          {actor?.id === undefined || actor.id === who.label ? null : (
            <Bidi text={actor.id} className="at-mono at-faint" />
          )}
        </Sub>
        {actor?.session_id === undefined ? null : (
          <Sub>
            {detail.session}{' '}
            {linkTo(
              { kind: 'search', field: 'session', value: actor.session_id },
              <Bidi text={actor.session_id} className="at-mono" />,
            )}
          </Sub>
        )}
      </Fact>
      {onBehalfOf === undefined ? null : (
        <Fact name={detail.actingFor}>
          <Bidi text={onBehalfOf.name ?? onBehalfOf.id ?? words.sentence.actorTypes[onBehalfOf.type]} />
        </Fact>
      )}
    </>
  );
}

function FromFact({ event, linkTo }: PartProps): ReactNode {
  const { words } = useAttestry();
  const { actor, context } = event;
  const place = [context?.location?.city, context?.location?.region, context?.location?.country]
    .filter((text) => text !== undefined)
    .join(', ');
  if (actor?.ip_address === undefined && actor?.user_agent === undefined && place === '') return null;
  return (
    <Fact name={words.detail.from}>
      {actor?.ip_address === undefined
        ? null
        : linkTo({ kind: 'search', field: 'ip', value: actor.ip_address }, <Bidi text={actor.ip_address} />)}
      {place === '' ? null : <Bidi text={actor?.ip_address === undefined ? place : `, ${place}`} />}
      {actor?.user_agent === undefined ? null : (
        <Sub>
          <LongText text={actor.user_agent} />
        </Sub>
      )}
    </Fact>
  );
}

function TargetFact({ event, linkTo }: PartProps): ReactNode {
  const { words } = useAttestry();
  const { target } = event;
  if (target === undefined) return null;
  const named = targetOf(event, words.sentence);
  const label = <Bidi text={named?.label ?? kindOf(target.type)} className="at-strong" />;
  return (
    <Fact name={words.detail.on}>
      {target.id === undefined ? label : linkTo({ kind: 'target', type: target.type, id: target.id }, label)}
      {named?.hidden === undefined ? null : <HiddenMark kind={named.hidden} />}
      <Sub>
        <Bidi text={kindOf(target.type)} />{' '}
        {target.id === undefined || target.id === named?.label ? null : (
          <Bidi text={target.id} className="at-mono at-faint" />
        )}
      </Sub>
      {target.metadata === undefined ? null : <Members value={target.metadata} />}
    </Fact>
  );
}

function RequestFact({ event, linkTo }: PartProps): ReactNode {
  const { words, format } = useAttestry();
  const { http, context } = event;
  if (http === undefined && context?.request_id === undefined) return null;
  const call = [http?.method, http?.route ?? http?.path].filter((text) => text !== undefined).join(' ');
  return (
    <Fact name={words.detail.request}>
      {call === '' ? null : <Bidi text={call} className="at-mono" />} {http?.status_code}
      {http?.duration_ms === undefined
        ? null
        : ` ${words.detail.durationMs(format.number(http.duration_ms))}`}
      {context?.request_id === undefined ? null : (
        <Sub>
          {linkTo(
            { kind: 'search', field: 'request_id', value: context.request_id },
            <Bidi text={context.request_id} className="at-mono" />,
          )}
        </Sub>
      )}
    </Fact>
  );
}

/** Members shown at first; events of other systems bring hundreds. */
const SHOWN_MEMBERS = 40;

/** Any object as a list of its innermost members, each with the path to it. */
export function Members({ value }: { readonly value: object }): ReactNode {
  const { words } = useAttestry();
  const [isOpen, setOpen] = useState(false);
  const members = useMemo(() => innermost(value), [value]);
  const shown = isOpen ? members : members.slice(0, SHOWN_MEMBERS);
  return (
    <>
      <dl className="at-members">
        {shown.map(([path, member]) => (
          <div key={path}>
            <dt>
              <Bidi text={path} />
            </dt>
            <dd>
              <LongText text={member} />
            </dd>
          </div>
        ))}
      </dl>
      {members.length > SHOWN_MEMBERS ? (
        <button type="button" className="at-link" onClick={() => setOpen(!isOpen)}>
          {isOpen ? words.detail.showLess : words.detail.showAll}
        </button>
      ) : null}
    </>
  );
}

/** Depth to which paths are followed; deeper members are shown as JSON. */
const PATH_DEPTH_MAX = 8;

function innermost(value: object): readonly (readonly [path: string, text: string])[] {
  const found: [string, string][] = [];
  const visit = (member: unknown, path: readonly string[]): void => {
    const isBranch = typeof member === 'object' && member !== null && path.length < PATH_DEPTH_MAX;
    const entries = isBranch ? Object.entries(member) : [];
    if (entries.length === 0)
      found.push([path.join('.'), typeof member === 'string' ? member : JSON.stringify(member)]);
    for (const [name, inner] of entries) visit(inner, [...path, name]);
  };
  for (const [name, member] of Object.entries(value)) visit(member, [name]);
  return found;
}
