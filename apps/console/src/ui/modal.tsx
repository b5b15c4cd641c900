import { type ReactNode, useEffect, useRef } from 'react';

interface ModalProps {
  readonly label: string;
  readonly close: () => void;
  readonly className: string;
  readonly children: ReactNode;
}

/**
 * A dialog above the page: the browser's own, which keeps the focus, hides the page from screen readers and closes on
 * Escape without a script or a style that the policy would refuse.
 */
export function Modal({ label, close, className, children }: ModalProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      onClose={close}
      onClick={(event) => (event.target === dialog.current ? close() : undefined)}
      className={`float m-auto text-text backdrop:bg-black/30 ${className}`}
    >
      {children}
    </dialog>
  );
}
