import type { ReactNode } from 'react';
import { Command } from '../ui/states.tsx';
import { t } from '../words/english.ts';

/** A new secret, shown this once. */
export function TokenOnce({ token, done }: { readonly token: string; readonly done: () => void }): ReactNode {
  return (
    <section role="status" className="grid gap-2 rounded-box border border-accent-line bg-accent-soft p-4">
      <strong className="font-semibold text-accent">{t.settings.keys.made}</strong>
      <p className="text-muted">{t.settings.keys.madeLead}</p>
      <Command text={token} />
      <div>
        <button type="button" className="button" onClick={done}>
          {t.settings.keys.done}
        </button>
      </div>
    </section>
  );
}
