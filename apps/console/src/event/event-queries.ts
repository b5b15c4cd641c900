import {
  decodeEntryBundle,
  type EventView,
  entryBundlePath,
  portableCrypto,
  TILE_WIDTH,
  tileWidth,
} from '@attestry/core';
import { ApiProblem, checkEventProof, type EventProof } from '@attestry/react';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import type { Me } from '../api/session.ts';

export function eventQuery(id: string, known?: EventView) {
  return queryOptions({
    queryKey: ['event', id],
    queryFn: async ({ signal }): Promise<EventView> =>
      (await (await api.fetch(`/v1/events/${encodeURIComponent(id)}`, { signal })).json()) as EventView,
    ...(known === undefined ? {} : { placeholderData: known }),
  });
}

export type ContextKind = 'time' | 'actor' | 'session' | 'request';

/** What happened around an event. */
export interface EventContext {
  readonly before: readonly EventView[];
  readonly after: readonly EventView[];
}

export function contextQuery(id: string, by: ContextKind) {
  return queryOptions({
    queryKey: ['context', id, by],
    queryFn: async ({ signal }): Promise<EventContext> =>
      (await (
        await api.fetch(`/v1/events/${encodeURIComponent(id)}/context?by=${by}&before=10&after=10`, {
          signal,
        })
      ).json()) as EventContext,
  });
}

export const proofPath = (id: string): string => `/v1/events/${encodeURIComponent(id)}/proof`;

/** The stored bytes of a record: what was hashed. Readers of the whole log may also cut them out of a bundle. */
async function recordBytes(event: EventView, me: Me, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const response = await api.fetch(`/v1/events/${encodeURIComponent(event.id)}/record`, { signal });
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const isOldServer = error instanceof ApiProblem && error.status === 404;
    if (!isOldServer) throw error;
  }
  const index = Math.floor(event.seq / TILE_WIDTH);
  const width = tileWidth(0, index, event.seq + 1);
  const tenant = encodeURIComponent(me.tenant.id);
  const path = entryBundlePath(index, width === TILE_WIDTH ? undefined : width);
  const bundle = await api.fetch(`/v1/logs/${tenant}/${path}`, { signal });
  const record = decodeEntryBundle(new Uint8Array(await bundle.arrayBuffer()))[event.seq % TILE_WIDTH];
  if (record === undefined) throw ApiProblem.unreachable(undefined);
  return record;
}

/** Fetches what a proof is made of and recomputes it here. */
export function proofQuery(event: EventView, me: Me) {
  return queryOptions({
    queryKey: ['proof', event.id, event.hash],
    queryFn: async ({ signal }): Promise<EventProof> => {
      const [bytes, proofText] = await Promise.all([
        recordBytes(event, me, signal),
        api.fetch(proofPath(event.id), { signal }).then((response) => response.text()),
      ]);
      const material = { event, recordBytes: bytes, proofText, log: me.log };
      return checkEventProof(portableCrypto, material, () => performance.now());
    },
    // What was proven stays proven; a proof is only asked for again on another visit.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}
