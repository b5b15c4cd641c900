import type { JsonObject } from '../event/event-input.ts';
import { type More, makeEvent, type Thing, thing } from './make-event.ts';

type DataEvent = ReturnType<typeof makeEvent>;

export function fileUploaded(file: Thing, more?: More): DataEvent {
  return makeEvent('file.uploaded', { verb: 'create', target: thing('file', file) }, more);
}

export function fileDownloaded(file: Thing, more?: More): DataEvent {
  return makeEvent('file.downloaded', { verb: 'export', target: thing('file', file) }, more);
}

export function fileDeleted(file: Thing, more?: More): DataEvent {
  return makeEvent('file.deleted', { verb: 'delete', target: thing('file', file) }, more);
}

export function documentUploaded(document: Thing, more?: More): DataEvent {
  return makeEvent('document.uploaded', { verb: 'create', target: thing('document', document) }, more);
}

export function documentViewed(document: Thing, more?: More): DataEvent {
  return makeEvent('document.viewed', { verb: 'read', target: thing('document', document) }, more);
}

export function documentDownloaded(document: Thing, more?: More): DataEvent {
  return makeEvent('document.downloaded', { verb: 'export', target: thing('document', document) }, more);
}

/** A document was made visible to others; whom, goes to `metadata.shared_with`. */
export function documentShared(document: Thing, sharedWith: readonly string[], more?: More): DataEvent {
  const metadata = { ...more?.metadata, shared_with: sharedWith };
  return makeEvent(
    'document.shared',
    { verb: 'share', target: thing('document', document) },
    { ...more, metadata },
  );
}

export function documentDeleted(document: Thing, more?: More): DataEvent {
  return makeEvent('document.deleted', { verb: 'delete', target: thing('document', document) }, more);
}

/** A data record of a type of yours (`invoice`, `order`). */
export function recordCreated(type: string, record: Thing, after?: JsonObject, more?: More): DataEvent {
  const data = after === undefined ? more?.data : { ...more?.data, after };
  return makeEvent('record.created', { verb: 'create', target: thing(type, record) }, withData(more, data));
}

/** Somebody looked at data that is worth recording: a patient, a salary. */
export function dataAccessed(type: string, record: Thing, more?: More): DataEvent {
  return makeEvent(
    'data.accessed',
    { verb: 'read', target: thing(type, record) },
    { category: 'data', ...more },
  );
}

export function recordUpdated(
  type: string,
  record: Thing,
  change: { readonly before: JsonObject; readonly after: JsonObject },
  more?: More,
): DataEvent {
  const { before, after } = (change as typeof change | undefined) ?? {};
  const data = {
    ...more?.data,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
  return makeEvent('record.updated', { verb: 'update', target: thing(type, record) }, withData(more, data));
}

export function recordDeleted(type: string, record: Thing, before?: JsonObject, more?: More): DataEvent {
  const data = before === undefined ? more?.data : { ...more?.data, before };
  return makeEvent('record.deleted', { verb: 'delete', target: thing(type, record) }, withData(more, data));
}

/** Many records left the system at once. */
export function dataExported(what: Thing, records: number, more?: More): DataEvent {
  const metadata = { ...more?.metadata, records };
  return makeEvent(
    'data.bulk.exported',
    { verb: 'export', target: thing('data', what) },
    { ...more, metadata },
  );
}

function withData(more: More | undefined, data: More['data']): More {
  return { ...more, ...(data === undefined ? {} : { data }) };
}
