import type { EventInput } from '../event/event-input.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** What later parts of a request add to what its middleware knows: the error thrown, the route, members of the event. */
export interface RequestNote {
  error?: unknown;
  route?: string;
  params?: Readonly<Record<string, unknown>>;
  event?: Partial<EventInput>;
  /** The parsed body, where it is not a member of the request that was noted. */
  requestBody?: () => unknown;
  /** The request itself; runs work in its context where a framework has lost it. */
  recorded?: Pick<RecordedRequest, 'run' | 'requestId'>;
}

const NOTE = Symbol.for('@attestry/client note');

/**
 * Begins the note of a request.
 *
 * @returns `undefined` when it has one: a middleware that is used twice still makes one event of it
 */
export function openNote(request: object): RequestNote | undefined {
  if (noteOf(request) !== undefined) return undefined;
  const note: RequestNote = {};
  (request as { [NOTE]?: RequestNote })[NOTE] = note;
  return note;
}

/** The note of a request, when a middleware of ours has seen it. */
export function noteOf(request: object): RequestNote | undefined {
  return (request as { [NOTE]?: RequestNote })[NOTE];
}
