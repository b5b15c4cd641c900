import { parseQuery } from '@attestry/core/query-language';
import { bodyOf, useAttestry } from '@attestry/react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api } from '../api/api.ts';
import { useMe } from '../app/me.tsx';
import { Command } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { SectionHead } from './section-head.tsx';

const LIFETIMES_S = [900, 1_800, 3_600] as const;

/** Tokens with which pages elsewhere show a part of the log: made here for a try, by a backend in earnest. */
export function ViewerSection(): ReactNode {
  const words = t.settings.viewers;
  return (
    <>
      <SectionHead title={words.title} lead={words.lead} />
      <ViewerForm />
      <section className="grid gap-2">
        <h3 className="font-semibold">{words.backend}</h3>
        <p className="text-muted">{words.backendLead}</p>
        <Command
          text={`curl ${location.origin}/v1/viewer-tokens -H "Authorization: Bearer $ATTESTRY_API_KEY" -H "Content-Type: application/json" -d '{"origin":"https://app.example.com","q":"project:tower-4","ttl_s":900}'`}
        />
      </section>
    </>
  );
}

function ViewerForm(): ReactNode {
  const words = t.settings.viewers;
  const me = useMe();
  const [origin, setOrigin] = useState('');
  const [q, setQ] = useState('');
  const [lifetimeS, setLifetimeS] = useState<number>(LIFETIMES_S[0]);
  const [isPersonal, setPersonal] = useState(false);
  const [mistake] = parseQuery(q).problems;
  const make = useMutation({
    mutationFn: () =>
      bodyOf(
        api.client.POST('/v1/viewer-tokens', {
          body: {
            origin: origin.trim(),
            ...(q.trim() === '' ? {} : { q: q.trim() }),
            personal: isPersonal,
            ttl_s: lifetimeS,
          },
        }),
      ),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (mistake === undefined) make.mutate();
  };
  const problem = q.trim() === '' ? make.error?.message : (mistake?.message ?? make.error?.message);
  return (
    <form onSubmit={submit} className="grid gap-3.5">
      <div className="grid gap-3.5 min-[700px]:grid-cols-2">
        <label className="grid content-start gap-1">
          {words.origin}
          <input
            className="field"
            type="url"
            required
            placeholder="https://app.example.com"
            value={origin}
            onChange={(event) => setOrigin(event.target.value)}
          />
          <span className="text-[12.5px] text-faint">{words.originHint}</span>
        </label>
        <label className="grid content-start gap-1">
          {words.query}
          <input
            className="field font-mono text-[12.5px]"
            spellCheck={false}
            placeholder="project:tower-4"
            value={q}
            aria-invalid={mistake !== undefined && q.trim() !== ''}
            onChange={(event) => setQ(event.target.value)}
          />
          <span className="text-[12.5px] text-faint">
            {words.queryHint}{' '}
            {q.trim() === '' || mistake !== undefined ? null : (
              <Link to="/activity" search={{ q: q.trim() }} className="at-link">
                {words.preview}
              </Link>
            )}
          </span>
        </label>
        <label className="grid content-start gap-1">
          {words.lifetime}
          <select
            className="field"
            value={lifetimeS}
            onChange={(event) => setLifetimeS(Number(event.target.value))}
          >
            {LIFETIMES_S.map((seconds) => (
              <option key={seconds} value={seconds}>
                {words.minutes(seconds / 60)}
              </option>
            ))}
          </select>
        </label>
        {me.personal ? (
          <label className="flex items-center gap-2 self-center text-muted">
            <input
              type="checkbox"
              checked={isPersonal}
              onChange={(event) => setPersonal(event.target.checked)}
            />
            {words.personal}
          </label>
        ) : null}
      </div>
      {problem === undefined ? null : (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
      <div>
        <button type="submit" className="button button-primary" disabled={make.isPending}>
          {words.make}
        </button>
      </div>
      {make.data === undefined ? null : <MadeToken {...make.data} />}
    </form>
  );
}

interface MadeTokenProps {
  readonly token: string;
  readonly origin: string;
  readonly expires_at: string;
}

function MadeToken({ token, origin, expires_at }: MadeTokenProps): ReactNode {
  const { format } = useAttestry();
  const words = t.settings.viewers;
  return (
    <section role="status" className="grid gap-2 rounded-box border border-accent-line bg-accent-soft p-4">
      <strong className="font-semibold text-accent">{words.made}</strong>
      <p className="text-muted">{words.madeLead(origin, format.moment(expires_at))}</p>
      <Command text={token} />
    </section>
  );
}
