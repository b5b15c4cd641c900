import { useNavigate } from '@tanstack/react-router';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { type Me, signOut } from '../api/session.ts';
import { roleNames } from '../settings/role-names.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import { ACCOUNT_BUTTON } from './account-button.ts';
import { type Preferences, setPreferences, usePreferences } from './preferences.ts';

const ITEM =
  'flex cursor-pointer items-center gap-2 rounded-control px-2 py-1.5 outline-none data-[highlighted]:bg-sunk';

/** Who is signed in, how the console looks, and the way out. */
export function AccountMenu({ me }: { readonly me: Me }): ReactNode {
  const navigate = useNavigate();
  const preferences = usePreferences();
  const leave = (everywhere: boolean): void => {
    void signOut(everywhere).then((isLeaving) =>
      isLeaving ? undefined : navigate({ to: '/sign-in', search: {} }),
    );
  };
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger aria-label={t.nav.account} className={ACCOUNT_BUTTON}>
        <Icon name="user" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} collisionPadding={8} className="float w-[248px] p-1">
          <div className="px-2 py-1.5">
            <div className="text-faint">{t.account.signedInAs}</div>
            <div className="truncate font-[550]">{me.key?.name ?? me.subject ?? me.tenant.id}</div>
            <div className="text-muted">{roleNames(me.roles)}</div>
          </div>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <Choice
            label={t.account.theme}
            value={preferences.theme}
            choices={t.account.themes}
            choose={(theme) => setPreferences({ theme: theme as Preferences['theme'] })}
          />
          <Choice
            label={t.account.timeZone}
            value={preferences.timeZone}
            choices={t.account.zones}
            choose={(timeZone) => setPreferences({ timeZone: timeZone as Preferences['timeZone'] })}
          />
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.Item className={ITEM} onSelect={() => leave(false)}>
            <Icon name="signOut" size={15} />
            {t.account.signOut}
          </DropdownMenu.Item>
          <DropdownMenu.Item className={ITEM} onSelect={() => leave(true)}>
            <Icon name="signOut" size={15} />
            {t.account.signOutEverywhere}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly choices: Readonly<Record<string, string>>;
  readonly choose: (value: string) => void;
}

function Choice({ label, value, choices, choose }: ChoiceProps): ReactNode {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={choose} aria-label={label}>
      <DropdownMenu.Label className="px-2 pt-1 text-[12px] text-faint">{label}</DropdownMenu.Label>
      {Object.entries(choices).map(([key, name]) => (
        <DropdownMenu.RadioItem
          key={key}
          value={key}
          className={ITEM}
          onSelect={(event) => event.preventDefault()}
        >
          {name}
          <DropdownMenu.ItemIndicator className="ml-auto text-accent">
            <Icon name="check" size={15} />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
