import type { EventInput } from '../event/event-input.ts';

/** What later parts of a request add to what its middleware knows: the error thrown, the route, members of the event. */
export interface RequestNote {
  error?: unknown;
  route?: string;
  params?: Readonly<Record<string, unknown>>;
  event?: Partial<EventInput>;
}

const NOTE = Symbol('attestry.note');

/** Begins the note of a request. */
export function openNote(request: object): RequestNote {
  const note: RequestNote = {};
  (request as { [NOTE]?: RequestNote })[NOTE] = note;
  return note;
}

/** The note of a request, when a middleware of ours has seen it. */
export function noteOf(request: object): RequestNote | undefined {
  return (request as { [NOTE]?: RequestNote })[NOTE];
}
