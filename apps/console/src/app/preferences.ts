import { useSyncExternalStore } from 'react';

/** What a reader has chosen, remembered in this browser. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark';
  readonly timeZone: 'local' | 'UTC';
  readonly density: 'comfortable' | 'compact';
  /** Columns of the list beyond those that are always there. */
  readonly columns: readonly string[];
}

const KEY = 'attestry.preferences';
const DEFAULTS: Preferences = {
  theme: 'system',
  timeZone: 'local',
  density: 'comfortable',
  columns: ['outcome', 'seq'],
};

function stored(): Preferences {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? { ...DEFAULTS, ...value } : DEFAULTS;
  } catch {
    return DEFAULTS; // storage is off or holds something else: the defaults serve
  }
}

let current = stored();
const listeners = new Set<() => void>();

/** Shows the chosen theme; call once before the first paint. */
export function applyTheme(): void {
  const { theme } = current;
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Storage is off: the choice holds until the page is left.
  }
  applyTheme();
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
