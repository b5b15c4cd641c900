import { type ReactNode, useEffect, useState } from 'react';
import { t } from '../words/english.ts';
import { Icon, type IconName } from './icon.tsx';

/** How long the button says that it has copied. */
const SAID_MS = 1_500;

interface CopyButtonProps {
  readonly text: string;
  /** What the button says; without it, it is a drawing alone. */
  readonly label?: string;
  readonly icon?: IconName;
  readonly className?: string;
}

/** Browsers let pages write to the clipboard only over HTTPS and from this machine; elsewhere the older way is left. */
async function copyText(text: string): Promise<void> {
  if (globalThis.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'at-sr';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** Copies a text and says so. */
export function CopyButton({ text, label, icon = 'copy', className = 'button' }: CopyButtonProps): ReactNode {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = (): void => {
    void copyText(text).then(() => setCopied(true));
  };
  const says = isCopied ? t.copy.done : (label ?? t.copy.copy);
  return (
    <button
      type="button"
      onClick={copy}
      className={
        label === undefined
          ? 'grid size-7 flex-none place-items-center rounded-control text-muted hover:bg-panel'
          : className
      }
      aria-label={label === undefined ? says : undefined}
      title={label === undefined ? says : undefined}
    >
      <Icon name={isCopied ? 'check' : icon} size={15} />
      {label === undefined ? null : says}
      <span role="status" className="at-sr">
        {isCopied ? t.copy.done : ''}
      </span>
    </button>
  );
}
