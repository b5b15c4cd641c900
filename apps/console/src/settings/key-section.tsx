import { bodyOf, type components, useAttestry } from '@attestry/react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api, queryClient } from '../api/api.ts';
import { useMe } from '../app/me.tsx';
import { ConfirmModal } from '../ui/confirm-modal.tsx';
import { Icon } from '../ui/icon.tsx';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { NewKeyModal } from './new-key-modal.tsx';
import { roleNames } from './role-names.ts';
import { SectionHead } from './section-head.tsx';
import { TokenOnce } from './token-once.tsx';

type ApiKey = components['schemas']['ApiKey'];

/** What is about to be done to a key. */
interface Planned {
  readonly action: 'rotate' | 'revoke';
  readonly key: ApiKey;
}

/** The keys of this tenant: made, rotated and revoked here. */
export function KeySection(): ReactNode {
  const [isNew, setNew] = useState(false);
  const [planned, setPlanned] = useState<Planned>();
  const [token, setToken] = useState<string>();
  const [showRevoked, setShowRevoked] = useState(false);
  const keys = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => bodyOf(api.client.GET('/v1/keys', { signal })),
  });
  const all = keys.data?.keys ?? [];
  const shown = all.filter(({ revoked_at }) => showRevoked || revoked_at === undefined).toReversed();
  return (
    <>
      <SectionHead title={t.settings.keys.title} lead={t.settings.keys.lead}>
        <button type="button" className="button button-primary" onClick={() => setNew(true)}>
          <Icon name="plus" size={14} />
          {t.settings.keys.add}
        </button>
      </SectionHead>
      {token === undefined ? null : <TokenOnce token={token} done={() => setToken(undefined)} />}
      {keys.isError ? <ProblemState error={keys.error} retry={() => void keys.refetch()} /> : null}
      <KeyTable keys={shown} plan={setPlanned} />
      <label className="flex items-center gap-2 text-muted">
        <input
          type="checkbox"
          checked={showRevoked}
          onChange={(event) => setShowRevoked(event.target.checked)}
        />
        {t.settings.keys.showRevoked}
      </label>
      {isNew ? <NewKeyModal made={setToken} close={() => setNew(false)} /> : null}
      {planned === undefined ? null : (
        <KeyConfirm planned={planned} made={setToken} close={() => setPlanned(undefined)} />
      )}
    </>
  );
}

function KeyTable({
  keys,
  plan,
}: {
  readonly keys: readonly ApiKey[];
  readonly plan: (planned: Planned) => void;
}): ReactNode {
  const { format } = useAttestry();
  const me = useMe();
  return (
    <ul className="border-t border-line">
      {keys.map((key) => {
        const isOver =
          key.revoked_at !== undefined ||
          (key.expires_at !== undefined && Date.parse(key.expires_at) < Date.now());
        return (
          <li
            key={key.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2.5"
          >
            <div className="min-w-[200px] flex-1">
              <div className={`font-[550] ${isOver ? 'text-faint line-through' : ''}`}>
                <bdi>{key.name}</bdi>
                {key.id === me.key?.id ? (
                  <span className="font-normal text-accent"> {t.settings.keys.own}</span>
                ) : null}
              </div>
              <div className="text-muted">
                {roleNames(key.roles)}
                {key.projects === undefined ? '' : `: ${key.projects.join(', ')}`}
              </div>
            </div>
            <div className="w-[190px] text-[12.5px] text-faint">
              <div className="at-mono">{key.id}</div>
              {t.settings.keys.created} {format.date(key.created_at)}
              {key.expires_at === undefined
                ? ''
                : `, ${t.settings.keys.expires.toLowerCase()} ${format.date(key.expires_at)}`}
            </div>
            {key.revoked_at === undefined ? (
              <div className="flex gap-2">
                <button type="button" className="button" onClick={() => plan({ action: 'rotate', key })}>
                  {t.settings.keys.rotate}
                </button>
                <button
                  type="button"
                  className="button button-danger"
                  onClick={() => plan({ action: 'revoke', key })}
                >
                  {t.settings.keys.revoke}
                </button>
              </div>
            ) : (
              <span className="text-faint">{t.settings.keys.revoked}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface KeyConfirmProps {
  readonly planned: Planned;
  readonly made: (token: string) => void;
  readonly close: () => void;
}

function KeyConfirm({ planned, made, close }: KeyConfirmProps): ReactNode {
  const { action, key } = planned;
  const params = { path: { id: key.id } };
  const change = useMutation({
    mutationFn: async () => {
      if (action === 'rotate')
        made((await bodyOf(api.client.POST('/v1/keys/{id}/rotate', { params }))).token);
      else await bodyOf(api.client.DELETE('/v1/keys/{id}', { params }));
    },
    onSuccess: async () => {
      close();
      await queryClient.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  const words = t.settings.keys;
  return (
    <ConfirmModal
      title={`${action === 'rotate' ? words.rotate : words.revoke}: ${key.name}`}
      lead={action === 'rotate' ? words.rotateLead(key.name) : words.revokeLead(key.name)}
      name={key.name}
      action={action === 'rotate' ? words.rotate : words.revoke}
      isBusy={change.isPending}
      error={change.error}
      confirm={() => change.mutate()}
      close={close}
    />
  );
}
