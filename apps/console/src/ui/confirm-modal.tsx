import { type FormEvent, type ReactNode, useState } from 'react';
import { t } from '../words/english.ts';
import { Modal } from './modal.tsx';

interface ConfirmModalProps {
  readonly title: string;
  /** What will happen, in a sentence. */
  readonly lead: string;
  /** The name that has to be typed. */
  readonly name: string;
  readonly action: string;
  readonly isBusy: boolean;
  readonly error: Error | null;
  readonly confirm: () => void;
  readonly close: () => void;
}

/** Asks before what cannot be undone. */
export function ConfirmModal(props: ConfirmModalProps): ReactNode {
  const { title, lead, name, action, isBusy, error, confirm, close } = props;
  const [typed, setTyped] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed === name) confirm();
  };
  return (
    <Modal label={title} close={close} className="w-[min(440px,calc(100vw-32px))] p-5">
      <form onSubmit={submit} className="grid gap-3">
        <h2 className="text-[15px] font-semibold">{title}</h2>
        <p className="text-muted">{lead}</p>
        <label className="grid gap-1">
          {t.settings.keys.typeName(name)}
          <input
            className="field"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
          />
        </label>
        {error === null ? null : (
          <p role="alert" className="text-red">
            {error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={close}>
            {t.settings.cancel}
          </button>
          <button type="submit" className="button button-danger" disabled={typed !== name || isBusy}>
            {action}
          </button>
        </div>
      </form>
    </Modal>
  );
}
