/** The kinds of record a log is made of, in the order of the format (record format 2). */
export const RECORD_TYPES = [
  'genesis',
  'event',
  'erasure',
  'prune',
  'hold',
  'key',
  'policy',
  'anchor',
  'note',
] as const;

export type RecordType = (typeof RECORD_TYPES)[number];

const KNOWN: ReadonlySet<string> = new Set(RECORD_TYPES);

export function isRecordType(text: unknown): text is RecordType {
  return typeof text === 'string' && KNOWN.has(text);
}
