import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json-value.ts';
import { parseStrict } from '../canonical/parse-strict.ts';
import { textAt } from './json-path.ts';
import { quoteLossyNumbers } from './lossless-numbers.ts';

export type ParsedRecord =
  | { readonly ok: true; readonly record: JsonObject; readonly quotedNumbers: readonly string[] }
  | { readonly ok: false; readonly detail: string };

/**
 * Parses the text of one record so that nothing of it is lost or changed in silence: numbers beyond a double become
 * text, duplicate members and broken Unicode are refused.
 */
export function parseRecord(text: string): ParsedRecord {
  const outer = parseObject(text);
  if (!outer.ok) return outer;
  // `aws cloudtrail lookup-events` wraps the record as text.
  const wrapped = textAt(outer.record, 'CloudTrailEvent');
  return wrapped === undefined ? outer : parseObject(wrapped);
}

function parseObject(text: string): ParsedRecord {
  const { text: lossless, quoted } = quoteLossyNumbers(text);
  let value: JsonValue;
  try {
    value = parseStrict(lossless) as JsonValue;
  } catch (error) {
    return { ok: false, detail: `not JSON that can be kept without loss: ${(error as Error).message}` };
  }
  if (!isJsonObject(value)) return { ok: false, detail: 'it is not a JSON object' };
  return { ok: true, record: value, quotedNumbers: quoted };
}
