import type { ReactNode } from 'react';
import { Modal } from '../ui/modal.tsx';
import { t } from '../words/english.ts';

/** The keys that do something. */
export function ShortcutList({ close }: { readonly close: () => void }): ReactNode {
  return (
    <Modal label={t.shortcuts.title} close={close} className="w-[min(420px,calc(100vw-32px))] p-5">
      <h2 className="mb-3 text-[15px] font-semibold">{t.shortcuts.title}</h2>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2">
        {t.shortcuts.list.map(([keys, what]) => (
          <div key={keys} className="contents">
            <dt className="flex gap-1">
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="button mt-5" onClick={close}>
        {t.shortcuts.close}
      </button>
    </Modal>
  );
}
