import type { Words } from './words.ts';

/** Some of the words; the others stay English. */
export type SomeWords<T = Words> = {
  readonly [K in keyof T]?: T[K] extends (...args: never[]) => unknown
    ? T[K]
    : T[K] extends object
      ? SomeWords<T[K]>
      : T[K];
};

/** Words with some of them replaced. */
export function translated<T extends object>(words: T, some: SomeWords<T> | undefined): T {
  if (some === undefined) return words;
  const result: Record<string, unknown> = { ...(words as Record<string, unknown>) };
  for (const [name, value] of Object.entries(some)) {
    if (value === undefined) continue;
    const old = result[name];
    const isGroup = typeof value === 'object' && value !== null && typeof old === 'object' && old !== null;
    result[name] = isGroup ? translated(old, value) : value;
  }
  return result as T;
}
