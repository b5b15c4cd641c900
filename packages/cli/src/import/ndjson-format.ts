import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { isJsonObject, type JsonObject, type JsonValue, parseStrict, StrictJsonError } from '@attestry/core';
import { eventOfExport, isExportedEvent } from '@attestry/core/exported-event';
import { NDJSON_LINE_BYTES_MAX } from '../limits.ts';
import { type LineMapping, readLineMapping } from './line-mapping.ts';
import type { Extracted, ImportFormat } from './run-import.ts';

/**
 * Native events, one per line; empty lines are allowed.
 *
 * @param mapFile how lines of another form become events, see {@link readLineMapping}
 */
export function ndjsonFormat(mapFile?: string): ImportFormat {
  const mapping = mapFile === undefined ? undefined : readLineMapping(mapFile);
  return {
    endings: ['.ndjson', '.ndjson.gz', '.jsonl', '.jsonl.gz'],
    unit: 'events',
    extract: (text, file) => extract(text, file, mapping),
  };
}

function* extract(text: string, file: string, mapping: LineMapping | undefined): Generator<Extracted> {
  let lineNumber = 0;
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lineNumber += 1;
    const content = text.slice(start, end).trim();
    start = end + 1;
    if (content !== '') yield eventOf(content, { lineNumber, file, mapping });
  }
}

interface Line {
  readonly lineNumber: number;
  readonly file: string;
  readonly mapping: LineMapping | undefined;
}

function eventOf(content: string, { lineNumber, file, mapping }: Line): Extracted {
  const place = `line ${lineNumber}`;
  const refused = (code: string, detail: string): Extracted => ({
    kind: 'problem',
    problem: { place, code, detail },
  });
  if (content.length > NDJSON_LINE_BYTES_MAX) {
    return refused('record_too_large', `${content.length} characters; a record is at most 60,000 bytes`);
  }
  let value: JsonValue;
  try {
    value = (mapping === undefined ? JSON.parse(content) : parseStrict(content)) as JsonValue;
  } catch (error) {
    return refused('invalid_json', (error as Error).message);
  }
  if (!isJsonObject(value)) return refused('not_an_event', 'a line must hold one JSON object');
  if (mapping === undefined && isExportedEvent(value)) return exportedEvent(content, place);
  const event = mapping === undefined ? value : mapping(value);
  // Without a mapping the line is sent as it stands, not re-serialised: the server's strict reader must see what the
  // file says.
  const json = mapping === undefined ? content : JSON.stringify(event);
  if (Object.hasOwn(event, 'id') || Object.keys(event).length === 0) return { kind: 'event', json, place };
  const id = idOfLine(content, lineNumber, file);
  return { kind: 'event', json: `{"id":"${id}",${json.slice(1)}`, place };
}

/** A line of our own export. It is written anew, so it must be strict JSON here already. */
function exportedEvent(content: string, place: string): Extracted {
  try {
    const event = eventOfExport(parseStrict(content) as JsonObject);
    return { kind: 'event', json: JSON.stringify(event), place, isExported: true };
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    return { kind: 'problem', problem: { place, code: 'invalid_json', detail: error.message } };
  }
}

/**
 * An event without an id gets one from its text and its place, so that a second import of the same file adds nothing
 * while equal lines of one file stay separate events. RFC 9562, version 8.
 */
function idOfLine(content: string, lineNumber: number, file: string): string {
  const digest = createHash('sha256')
    .update(`${basename(file)}\n${lineNumber}\n${content}`)
    .digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return digest
    .toString('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
