import type { JsonObject } from '@attestry/core';
import { cloudTrailPieces } from '@attestry/core/cloudtrail';
import { eventOfExport, isExportedEvent } from '@attestry/core/exported-event';
import { t } from '../words/english.ts';

/** What one reads in a browser without its memory being felt; more is the work of `attestry import`. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The events of files: one JSON object per line, an array of them, `{"events": [...]}`, or logs of AWS CloudTrail;
 * packed with gzip or not. Events that were exported from another log are among them.
 *
 * @throws {Error} naming the file, and the place in it that is no event
 */
export async function readEventFiles(files: readonly File[]): Promise<readonly object[]> {
  const events: object[] = [];
  for (const file of files) events.push(...readEvents(await textOf(file), file.name));
  return events;
}

async function textOf(file: File): Promise<string> {
  if (file.size > FILE_BYTES_MAX) throw new Error(t.first.tooLarge(file.name));
  if (!file.name.endsWith('.gz')) return file.text();
  return new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))).text();
}

function readEvents(text: string, name: string): readonly object[] {
  const whole = parsed(text);
  if (isCloudTrail(whole)) return readCloudTrail(text, name);
  if (whole === undefined) return readLines(text, name);
  if (isObject(whole) && 'events' in whole && Array.isArray(whole.events)) return checked(whole.events, name);
  return checked(Array.isArray(whole) ? whole : [whole], name);
}

function isCloudTrail(whole: unknown): boolean {
  return isObject(whole) && 'Records' in whole && Array.isArray(whole.Records);
}

function readCloudTrail(text: string, name: string): readonly object[] {
  return [...cloudTrailPieces(text)].flatMap((piece) => {
    if (piece.kind === 'broken') throw new Error(t.first.wrongPlace(name, piece.place, piece.detail));
    return piece.kind === 'event' ? [JSON.parse(piece.json) as object] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // Not one document: lines, perhaps.
  }
}

function checked(values: readonly unknown[], name: string): readonly object[] {
  const wrong = values.findIndex((value) => !isObject(value));
  if (wrong !== -1) throw new Error(t.first.wrongLine(name, wrong + 1));
  return values.filter(isObject).map(ownEvent);
}

/** What another log added to an event is kept in its metadata, as `attestry import` does. */
function ownEvent(value: JsonObject): JsonObject {
  return isExportedEvent(value) ? eventOfExport(value) : value;
}

function readLines(text: string, name: string): readonly object[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value = parsed(line);
    if (!isObject(value)) throw new Error(t.first.wrongLine(name, index + 1));
    return [ownEvent(value)];
  });
}
