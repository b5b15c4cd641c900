import { setImmediate } from 'node:timers/promises';
import {
  type AesKey,
  bytesToHex,
  type CryptoProvider,
  canonicalize,
  SEAL_RANDOM_BYTES,
  type SealedSubject,
  type SealPolicy,
  type SplitEvent,
  sealCommitment,
  sealPayload,
  splitPersonal,
} from '@attestry/core';
import { errorText, OperationalError } from '../errors.ts';
import type { BlindIndexer } from '../keys/blind-indexer.ts';
import type { KeyRing, SubjectKey } from '../keys/key-ring.ts';
import type { RandomSource } from '../keys/random-pool.ts';
import { PREPARE_SLICE_EVENTS } from '../limits.ts';
import type { EventColumns } from '../projection/event-columns.ts';
import { projectEvent } from '../projection/project-event.ts';
import type { IncomingEvent } from './incoming-event.ts';

/** One data subject's members, committed to. They are encrypted when the record has its number, which they are bound to. */
export interface PreparedSeal {
  readonly sub: string;
  readonly kid: string;
  readonly key: AesKey;
  /** Blinds the commitment. */
  readonly r: Uint8Array;
  readonly payload: string;
  readonly cmHex: string;
}

/** Everything of an event that does not depend on its place in the log. */
export interface PreparedEvent {
  readonly incoming: IncomingEvent;
  readonly dataJson: string;
  /** What `dataJson` and the payloads of `seals` say. */
  readonly split: SplitEvent;
  readonly seals: readonly PreparedSeal[];
  readonly columns: EventColumns;
}

export type Preparation =
  | { readonly kind: 'prepared'; readonly event: PreparedEvent }
  | { readonly kind: 'refused'; readonly code: 'not_canonical'; readonly detail: string }
  | { readonly kind: 'failed'; readonly error: OperationalError };

export interface PrepareContext {
  readonly crypto: CryptoProvider;
  readonly random: RandomSource;
  readonly keys: KeyRing;
  readonly tenant: string;
  readonly policy: SealPolicy;
}

/**
 * Splits, seals and canonicalises events: all the work that can be done before they are numbered. An event that
 * cannot be prepared has its own result; it does not touch its neighbours (trap 14).
 *
 * @returns one result per event, in order
 */
export async function prepareEvents(
  context: PrepareContext,
  events: readonly IncomingEvent[],
): Promise<readonly Preparation[]> {
  const indexer = context.keys.cachedIndexer(context.tenant) ?? (await context.keys.indexer(context.tenant));
  const results: Preparation[] = [];
  for (let from = 0; from < events.length; from += PREPARE_SLICE_EVENTS) {
    if (from > 0) await setImmediate();
    const slice = events.slice(from, from + PREPARE_SLICE_EVENTS);
    const splits = slice.map((incoming) => attempt(() => split(context, incoming)));
    const { known, missing } = keysAtHand(context, splits);
    // The common case has every key at hand and stays synchronous.
    const made =
      missing.length === 0
        ? undefined
        : await attemptAsync(context.keys.ensureSubjects(context.tenant, missing));
    slice.forEach((incoming, i) => {
      const divided = splits[i] as Attempt<SplitEvent>;
      results.push(finish(context, indexer, { incoming, split: divided, known, made }));
    });
  }
  return results;
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

interface SplitIncoming {
  readonly incoming: IncomingEvent;
  readonly split: Attempt<SplitEvent>;
  readonly known: ReadonlyMap<string, SubjectKey>;
  readonly made: Attempt<ReadonlyMap<string, SubjectKey>> | undefined;
}

function split(context: PrepareContext, incoming: IncomingEvent): SplitEvent {
  return splitPersonal(incoming.event, context.policy, incoming.personal);
}

function finish(context: PrepareContext, indexer: BlindIndexer, one: SplitIncoming): Preparation {
  const { incoming, split: divided, known, made } = one;
  if (!divided.ok) return refused(divided.error);
  const keys: SubjectKey[] = [];
  for (const { subjectId } of divided.value.subjects) {
    const key = known.get(subjectId) ?? (made?.ok === true ? made.value.get(subjectId) : undefined);
    if (key === undefined) return keyFailed(made);
    keys.push(key);
  }
  const prepared = attempt((): PreparedEvent => {
    const seals = divided.value.subjects.map((subject, i) =>
      prepareSeal(context, subject, keys[i] as SubjectKey),
    );
    return {
      incoming,
      dataJson: canonicalize(divided.value.data),
      split: divided.value,
      seals,
      columns: projectEvent(incoming.event, indexer.blind, indexer.address),
    };
  });
  return prepared.ok ? { kind: 'prepared', event: prepared.value } : refused(prepared.error);
}

function prepareSeal(context: PrepareContext, subject: SealedSubject, key: SubjectKey): PreparedSeal {
  const payload = sealPayload(subject.members);
  const r = context.random(SEAL_RANDOM_BYTES);
  const cmHex = bytesToHex(sealCommitment(context.crypto, r, payload));
  return { sub: key.sub, kid: key.kid, key: key.key, r, payload, cmHex };
}

/** Keys of the subjects of a slice that are in memory, and the ids of the others. */
function keysAtHand(
  context: PrepareContext,
  splits: readonly Attempt<SplitEvent>[],
): { readonly known: ReadonlyMap<string, SubjectKey>; readonly missing: readonly string[] } {
  const known = new Map<string, SubjectKey>();
  const missing = new Set<string>();
  for (const one of splits) {
    if (!one.ok) continue;
    for (const { subjectId } of one.value.subjects) {
      if (known.has(subjectId) || missing.has(subjectId)) continue;
      const key = context.keys.cachedSubject(context.tenant, subjectId);
      if (key === undefined) missing.add(subjectId);
      else known.set(subjectId, key);
    }
  }
  return { known, missing: [...missing] };
}

function refused(error: unknown): Preparation {
  return {
    kind: 'refused',
    code: 'not_canonical',
    detail: `The event cannot be recorded: ${errorText(error)}`,
  };
}

function keyFailed(made: SplitIncoming['made']): Preparation {
  const cause = made?.ok === false ? made.error : undefined;
  if (cause instanceof OperationalError) return { kind: 'failed', error: cause };
  const why = cause === undefined ? 'the store returned none' : errorText(cause);
  const message = `the key of a data subject could not be made: ${why}`;
  return { kind: 'failed', error: new OperationalError('key_unavailable', message, { cause }) };
}

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, error };
  }
}

async function attemptAsync<T>(work: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    return { ok: false, error };
  }
}
