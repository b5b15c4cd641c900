import type { AttestryApi } from '../api/api.ts';
import type { EventView } from '../event/event-view.ts';
import type { EventProof, LogIdentity } from './event-proof.ts';

/** The address of an event's proof file. */
export function proofPath(id: string): string {
  return `/v1/events/${encodeURIComponent(id)}/proof`;
}

/**
 * Fetches what the proof of an event is made of, and recomputes it here: nothing is taken from the server's word.
 *
 * @param log whose signature counts, best noted by another way than from this server
 * @throws {ApiProblem} `not_found` while no signed checkpoint covers the event, usually for less than a second
 */
export async function proveEvent(
  api: AttestryApi,
  event: EventView,
  log: LogIdentity,
  signal?: AbortSignal,
): Promise<EventProof> {
  const init = signal === undefined ? {} : { signal };
  const [record, proof, { checkHere }] = await Promise.all([
    api.fetch(`/v1/events/${encodeURIComponent(event.id)}/record`, init),
    api.fetch(proofPath(event.id), init),
    // What computes is loaded when somebody looks at a proof.
    import('./check-here.ts'),
  ]);
  const material = {
    event,
    recordBytes: new Uint8Array(await record.arrayBuffer()),
    proofText: await proof.text(),
    log,
  };
  return checkHere(material);
}

/** The log that the server names as its own. Whoever wants to find out about a false one gives the key beforehand. */
export async function namedLog(api: AttestryApi, signal?: AbortSignal): Promise<LogIdentity | undefined> {
  const response = await api.fetch('/v1/me', signal === undefined ? {} : { signal });
  const { log } = (await response.json()) as { readonly log?: Partial<LogIdentity> };
  return log?.origin === undefined || log.vkey === undefined
    ? undefined
    : { origin: log.origin, vkey: log.vkey };
}

/** Saves the proof file of an event, which `attestry proof --check` checks without a server. */
export async function downloadProof(api: AttestryApi, event: EventView): Promise<void> {
  const proof = await (await api.fetch(proofPath(event.id))).blob();
  const link = document.createElement('a');
  const address = URL.createObjectURL(proof);
  link.href = address;
  link.download = `${event.id}.tlog-proof`;
  link.click();
  URL.revokeObjectURL(address);
}
