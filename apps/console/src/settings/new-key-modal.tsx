import { bodyOf, type components } from '@attestry/react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api, queryClient } from '../api/api.ts';
import { useMe } from '../app/me.tsx';
import { Modal } from '../ui/modal.tsx';
import { t } from '../words/english.ts';

type Role = components['schemas']['ApiKey']['roles'][number];

const DAY_MS = 86_400_000;
const LIFETIMES = [30, 90, 365] as const;

/** Asks what a key is for, and makes it. */
export function NewKeyModal({
  made,
  close,
}: {
  readonly made: (token: string) => void;
  readonly close: () => void;
}): ReactNode {
  const me = useMe();
  const words = t.settings.keys;
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('auditor');
  const [bound, setBound] = useState('');
  const [days, setDays] = useState('90');
  const make = useMutation({
    mutationFn: () => bodyOf(api.client.POST('/v1/keys', { body: bodyFor({ name, role, bound, days }) })),
    onSuccess: async ({ token }) => {
      made(token);
      close();
      await queryClient.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate();
  };
  const roles = Object.keys(words.roleNames).filter((one) => one !== 'platform_admin' || me.platform);
  return (
    <Modal label={words.add} close={close} className="w-[min(480px,calc(100vw-32px))] p-5">
      <form onSubmit={submit} className="grid gap-3.5">
        <h2 className="text-[15px] font-semibold">{words.add}</h2>
        <label className="grid gap-1">
          {words.name}
          <input
            className="field"
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <span className="text-[12.5px] text-faint">{words.nameHint}</span>
        </label>
        <label className="grid gap-1">
          {words.roles}
          <select className="field" value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {roles.map((one) => (
              <option key={one} value={one}>
                {words.roleNames[one]}
              </option>
            ))}
          </select>
          <span className="text-[12.5px] text-faint">{words.roleHints[role]}</span>
        </label>
        {role === 'project_manager' || role === 'member' ? (
          <label className="grid gap-1">
            {role === 'member' ? words.subject : words.projects}
            <input
              className="field"
              required
              value={bound}
              onChange={(event) => setBound(event.target.value)}
            />
            <span className="text-[12.5px] text-faint">
              {role === 'member' ? words.subjectHint : words.projectsHint}
            </span>
          </label>
        ) : null}
        <label className="grid gap-1">
          {words.expires}
          <select className="field" value={days} onChange={(event) => setDays(event.target.value)}>
            {LIFETIMES.map((one) => (
              <option key={one} value={one}>
                {words.days(one)}
              </option>
            ))}
            <option value="">{words.never}</option>
          </select>
        </label>
        {make.error === null ? null : (
          <p role="alert" className="text-red">
            {make.error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={close}>
            {t.settings.cancel}
          </button>
          <button type="submit" className="button button-primary" disabled={make.isPending}>
            {words.make}
          </button>
        </div>
      </form>
    </Modal>
  );
}

interface Wanted {
  readonly name: string;
  readonly role: Role;
  readonly bound: string;
  readonly days: string;
}

function bodyFor({ name, role, bound, days }: Wanted) {
  const projects = bound.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));
  return {
    name: name.trim(),
    roles: [role],
    environment: 'live',
    ...(role === 'project_manager' ? { projects } : {}),
    ...(role === 'member' ? { subject: bound.trim() } : {}),
    ...(days === '' ? {} : { expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
  };
}
