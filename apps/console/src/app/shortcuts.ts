import { useEffect, useRef } from 'react';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function isInDialog(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('dialog,[role=dialog],[role=menu],[role=listbox]') !== null
  );
}

function matches(event: KeyboardEvent, key: string): boolean {
  if (key.startsWith('mod+'))
    return (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === key.slice(4);
  return event.key === key && !event.ctrlKey && !event.metaKey && !event.altKey;
}

/**
 * Runs something when a key is pressed anywhere on the page, but not while text is written or a menu is open.
 *
 * @param key as `KeyboardEvent.key` names it; `mod+k` for Ctrl-K and Cmd-K
 */
export function useShortcut(key: string, run: () => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || !matches(event, key)) return;
      if (!key.startsWith('mod+') && (isTyping(event.target) || isInDialog(event.target))) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [key]);
}
