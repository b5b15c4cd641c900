import { useSyncExternalStore } from 'react';

/** An event that is not what was recorded, or not in the tree that was signed. */
export interface DamagedEvent {
  readonly id: string;
  readonly seq: number;
  /** Who found it: this browser by its proof, or the server when it read it. */
  readonly by: 'proof' | 'server';
}

/** What a verification in this browser found. */
export interface DamagedRange {
  readonly from: number;
  readonly to: number;
  readonly findings: number;
}

/** Damage that came to light in this browser and was not verified since, whatever the server says of its log. */
export interface FoundDamage {
  readonly events: readonly DamagedEvent[];
  readonly range?: DamagedRange;
}

/** What of a verification decides. */
export interface Verified {
  readonly ok: boolean;
  readonly findings_total: number;
  readonly checked: { readonly from: number; readonly to: number };
}

export const NOTHING_FOUND: FoundDamage = { events: [] };

const covers = (outer: { from: number; to: number }, inner: { from: number; to: number }): boolean =>
  outer.from <= inner.from && outer.to >= inner.to;

const without = ({ range: _range, ...rest }: FoundDamage): FoundDamage => rest;

/** Adds what became of one event: an event that was right this time is no longer counted as damaged by the same witness. */
export function withEvent(found: FoundDamage, event: DamagedEvent, ok: boolean): FoundDamage {
  const others = found.events.filter(({ id, by }) => id !== event.id || by !== event.by);
  if (ok && others.length === found.events.length) return found;
  return { ...found, events: ok ? others : [...others, event] };
}

/** Adds a verification in this browser: it takes back what was found in the same records, and nothing else. */
export function withVerification(found: FoundDamage, { ok, findings_total, checked }: Verified): FoundDamage {
  const { range } = found;
  const isWider = range === undefined || covers(checked, range);
  if (!ok) return isWider ? { ...found, range: { ...checked, findings: findings_total } } : found;
  const events = found.events.filter(({ seq }) => seq < checked.from || seq >= checked.to);
  return { ...(isWider ? without(found) : found), events };
}

/** Adds a verification by the server without findings: it takes back what the server itself had said of its records. */
export function withServerVerification(found: FoundDamage, { ok, checked }: Verified): FoundDamage {
  if (!ok) return found;
  const { from, to } = checked;
  return {
    ...found,
    events: found.events.filter(({ by, seq }) => by === 'proof' || seq < from || seq >= to),
  };
}

/** How many findings that are. */
export function findingsOf({ events, range }: FoundDamage): number {
  const outside = events.filter(
    ({ seq }) => range === undefined || range.findings === 0 || seq < range.from || seq >= range.to,
  );
  return new Set(outside.map(({ id }) => id)).size + (range?.findings ?? 0);
}

const keyOf = (log: string): string => `attestry.damage.${log}`;
const known = new Map<string, FoundDamage>();
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function foundIn(log: string): FoundDamage {
  let found = known.get(log);
  if (found === undefined) {
    found = stored(log);
    known.set(log, found);
  }
  return found;
}

function stored(log: string): FoundDamage {
  try {
    const text = localStorage.getItem(keyOf(log));
    return text === null ? NOTHING_FOUND : (JSON.parse(text) as FoundDamage);
  } catch {
    return NOTHING_FOUND; // storage is off, or holds something else
  }
}

/** Remembers what came to light of a log, for every page of this browser, until it is verified again. */
export function noteDamage(log: string, change: (found: FoundDamage) => FoundDamage): void {
  const before = foundIn(log);
  const after = change(before);
  if (after === before) return;
  known.set(log, after);
  try {
    if (findingsOf(after) === 0) localStorage.removeItem(keyOf(log));
    else localStorage.setItem(keyOf(log), JSON.stringify(after));
  } catch {
    // Storage is off: it is remembered until the page is left.
  }
  tell();
}

// Another page of this browser has found something.
globalThis.addEventListener?.('storage', ({ key }) => {
  for (const log of known.keys()) if (key === null || key === keyOf(log)) known.delete(log);
  tell();
});

/** What came to light of a log in this browser. */
export function useFoundDamage(log: string): FoundDamage {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => foundIn(log),
  );
}
