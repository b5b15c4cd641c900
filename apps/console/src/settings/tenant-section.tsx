import { bodyOf, useAttestry } from '@attestry/react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api, queryClient } from '../api/api.ts';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { SectionHead } from './section-head.tsx';
import { TokenOnce } from './token-once.tsx';

/** The tenants of this installation; for platform administrators. */
export function TenantSection(): ReactNode {
  const { format } = useAttestry();
  const tenants = useQuery({
    queryKey: ['tenants'],
    queryFn: ({ signal }) => bodyOf(api.client.GET('/v1/tenants', { signal })),
  });
  return (
    <>
      <SectionHead title={t.settings.tenants.title} lead={t.settings.tenants.lead} />
      <NewTenant />
      {tenants.isError ? <ProblemState error={tenants.error} retry={() => void tenants.refetch()} /> : null}
      <ul className="border-t border-line">
        {tenants.data?.tenants.map(({ id, name, size, created_at, origin }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2.5">
            <div className="min-w-[200px] flex-1">
              <div className="font-[550]">{name ?? id}</div>
              <div className="at-mono text-faint">{origin ?? id}</div>
            </div>
            <div className="text-muted">
              {t.settings.tenants.created} {format.date(created_at)}
            </div>
            <div className="w-[120px] text-right">
              {size === undefined ? '' : `${format.number(size)} ${t.settings.tenants.size.toLowerCase()}`}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function NewTenant(): ReactNode {
  const words = t.settings.tenants;
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const make = useMutation({
    // A tenant that nobody can sign in to is of no use: its first key comes with it.
    mutationFn: async (): Promise<string> => {
      await bodyOf(api.client.POST('/v1/tenants', { body: { id, ...(name === '' ? {} : { name }) } }));
      const key = { name: words.firstKey, roles: ['admin' as const] };
      return (await bodyOf(api.client.POST('/v1/keys', { params: { query: { tenant: id } }, body: key })))
        .token;
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['tenants'] }),
    onSuccess: () => {
      setId('');
      setName('');
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <>
      {make.data === undefined ? null : <TokenOnce token={make.data} done={make.reset} />}
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <label className="grid min-w-[180px] flex-1 gap-1">
          {words.id}
          <input className="field" required value={id} onChange={(event) => setId(event.target.value)} />
        </label>
        <label className="grid min-w-[180px] flex-1 gap-1">
          {words.name}
          <input className="field" value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <button type="submit" className="button button-primary min-h-[34px]" disabled={make.isPending}>
          {words.make}
        </button>
        <p
          className={`w-full text-[12.5px] ${make.error === null ? 'text-faint' : 'text-red'}`}
          role={make.error === null ? undefined : 'alert'}
        >
          {make.error?.message ?? words.idHint}
        </p>
      </form>
    </>
  );
}
