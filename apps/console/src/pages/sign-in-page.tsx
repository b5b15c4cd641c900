import { ApiProblem } from '@attestry/react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { meQuery, signIn, signInOptionsQuery } from '../api/session.ts';
import { Icon } from '../ui/icon.tsx';
import { Command } from '../ui/states.tsx';
import { t } from '../words/english.ts';

/** Where one came from, if that is a page of ours. */
function pageOf(next: string | undefined): string {
  return next?.startsWith('/') === true && !next.startsWith('//') ? next : '/activity';
}

/** The way in: with an API key, or with the identity provider that the server names. */
export function SignInPage(): ReactNode {
  const { next, problem } = useSearch({ from: '/sign-in' });
  const me = useQuery(meQuery);
  const options = useQuery(signInOptionsQuery);
  const navigate = useNavigate();
  const isSignedIn = me.data !== null && me.data !== undefined;
  useEffect(() => {
    if (isSignedIn) void navigate({ href: pageOf(next), replace: true });
  }, [isSignedIn, navigate, next]);
  const oidc = options.data?.oidc ?? null;
  return (
    <main className="grid h-full place-items-center overflow-y-auto p-4">
      <title>{`${t.signIn.submit} · ${t.product}`}</title>
      <div className="w-full max-w-[380px]">
        <svg
          aria-hidden="true"
          width="34"
          height="34"
          viewBox="0 0 20 20"
          className="at-icon mb-4 text-accent"
          strokeWidth="1.5"
        >
          <path d="M10 1.800 17 5v5c0 4.200-2.900 7-7 8.200C5.900 17 3 14.200 3 10V5z" />
          <path d="m6.800 10 2.300 2.300L13.400 8" />
        </svg>
        <h1 className="text-[20px] leading-tight font-semibold tracking-[-0.015em]">{t.signIn.title}</h1>
        <p className="mt-1 mb-6 text-muted">{t.signIn.lead}</p>
        {problem === undefined ? null : (
          <p
            role="alert"
            className="mb-4 flex items-start gap-2 rounded-control bg-red-soft px-3 py-2 text-red"
          >
            <Icon name="alert" size={15} />
            {t.signIn.problems[problem as keyof typeof t.signIn.problems] ?? t.signIn.problems.failed}
          </p>
        )}
        {oidc === null ? null : (
          <>
            <a
              className="button w-full"
              href={`${oidc.url}${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}`}
            >
              {t.signIn.with(oidc.name)}
            </a>
            <p className="my-4 text-center text-faint">{t.signIn.or}</p>
          </>
        )}
        {options.data?.api_key === false ? null : <KeyForm next={pageOf(next)} />}
      </div>
    </main>
  );
}

function messageOf(error: Error): string {
  if (!(error instanceof ApiProblem)) return error.message;
  if (error.status === 401) return t.signIn.wrong;
  return error.status === 429 ? t.signIn.tooMany : error.message;
}

function KeyForm({ next }: { readonly next: string }): ReactNode {
  const navigate = useNavigate();
  const [key, setKey] = useState('');
  const [isEmpty, setEmpty] = useState(false);
  const ids = { hint: useId(), error: useId(), key: useId() };
  const attempt = useMutation({
    mutationFn: signIn,
    onSuccess: () => navigate({ href: next, replace: true }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const given = key.trim();
    setEmpty(given === '');
    if (given !== '') attempt.mutate(given);
  };
  const error = isEmpty ? t.signIn.empty : attempt.error === null ? undefined : messageOf(attempt.error);
  return (
    <form onSubmit={submit} className="grid gap-2">
      <label htmlFor={ids.key} className="font-[550]">
        {t.signIn.key}
      </label>
      <input
        id={ids.key}
        type="password"
        autoComplete="current-password"
        // biome-ignore lint/a11y/noAutofocus: this page is one field under one heading, so nothing is skipped by starting in it
        autoFocus
        spellCheck={false}
        className="field min-h-[40px] font-mono text-[13px]"
        placeholder="att_live_…"
        value={key}
        onChange={(event) => setKey(event.target.value)}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? ids.hint : ids.error}
      />
      {error === undefined ? (
        <p id={ids.hint} className="text-[12.5px] text-muted">
          {t.signIn.keyHint}
        </p>
      ) : (
        <p id={ids.error} role="alert" className="flex items-center gap-1.5 text-[12.5px] text-red">
          <Icon name="alert" size={14} />
          {error}
        </p>
      )}
      <button type="submit" className="button button-primary mt-2 min-h-[40px]" disabled={attempt.isPending}>
        {attempt.isPending ? t.signIn.working : t.signIn.submit}
      </button>
      <details className="mt-6 text-muted">
        <summary className="cursor-pointer">{t.signIn.noKey}</summary>
        <p className="mt-2 mb-2">{t.signIn.noKeyDetail}</p>
        <Command text={t.signIn.noKeyCommand} />
      </details>
    </form>
  );
}
