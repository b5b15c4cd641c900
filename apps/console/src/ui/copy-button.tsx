import { type ReactNode, useEffect, useState } from 'react';
import { t } from '../words/english.ts';
import { Icon } from './icon.tsx';

/** How long the button says that it has copied. */
const SAID_MS = 1_500;

/** Copies a text and says so. */
export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }): ReactNode {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  const says = isCopied ? t.copy.done : (label ?? t.copy.copy);
  return (
    <button
      type="button"
      onClick={copy}
      className={
        label === undefined
          ? 'grid size-7 flex-none place-items-center rounded-control text-muted hover:bg-panel'
          : 'button'
      }
      aria-label={label === undefined ? says : undefined}
      title={label === undefined ? says : undefined}
    >
      <Icon name={isCopied ? 'check' : 'copy'} size={15} />
      {label === undefined ? null : says}
      <span role="status" className="at-sr">
        {isCopied ? t.copy.done : ''}
      </span>
    </button>
  );
}
