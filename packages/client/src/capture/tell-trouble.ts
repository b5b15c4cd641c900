import type { AttestryError } from '../errors.ts';
import { WARN_INTERVAL_MS } from '../limits.ts';
import { quietly } from './call-hook.ts';

/** @param kind what is told once a minute at most, where that is not for each of its kind */
export type Tell = (error: AttestryError, kind?: string) => void;

/** Makes what tells an app of trouble: by its `onError`, else on the console, where a developer looks. */
export function makeTell(onError: (error: AttestryError) => void = warn): Tell {
  const toldMs: Record<string, number> = {};
  return (error, kind = error.code) => {
    // Not for each of the events that there are too many of, and not so often that the console slows the app.
    if (onError === warn || error.code === 'queue_full' || error.code !== kind) {
      const nowMs = performance.now();
      if (nowMs < (toldMs[kind] ?? 0)) return;
      toldMs[kind] = nowMs + WARN_INTERVAL_MS;
    }
    quietly(() => onError(error));
  };
}

function warn({ message }: AttestryError): void {
  // biome-ignore lint/suspicious/noConsole: trouble that nobody is told of would last for ever
  console.warn(`Attestry: ${message}`);
}
