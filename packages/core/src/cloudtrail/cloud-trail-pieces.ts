import { mapRecord } from './map-record.ts';
import { parseRecord } from './parse-record.ts';
import { recordTexts } from './record-texts.ts';

/** What a CloudTrail file holds, piece by piece. */
export type CloudTrailPiece =
  /** An event as `POST /v1/events` takes it. */
  | { readonly kind: 'event'; readonly json: string; readonly place: string }
  | { readonly kind: 'broken'; readonly place: string; readonly detail: string }
  /** A digest or another file without records: nothing to import, nothing wrong. */
  | { readonly kind: 'other'; readonly detail: string };

/** Reads AWS CloudTrail: delivered log files, `lookup-events` answers, arrays and NDJSON of records. */
export function* cloudTrailPieces(text: string): Generator<CloudTrailPiece> {
  for (const found of recordTexts(text)) {
    if (found.kind === 'other') {
      yield found;
      continue;
    }
    const place = `Records[${found.index}]`;
    if (found.kind === 'broken') {
      yield { kind: 'broken', place, detail: found.detail };
      continue;
    }
    const parsed = parseRecord(found.text);
    const mapped = parsed.ok ? mapRecord(parsed.record, parsed.quotedNumbers) : parsed;
    yield mapped.ok
      ? { kind: 'event', json: JSON.stringify(mapped.event), place }
      : { kind: 'broken', place, detail: mapped.detail };
  }
}
