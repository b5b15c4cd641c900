const FORM = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** True for `YYYY-MM-DDTHH:mm:ss.sssZ` naming a day that exists: the only way a record writes a time. */
export function isRecordTimestamp(text: unknown): text is string {
  if (typeof text !== 'string' || !FORM.test(text)) {
    return false;
  }
  // Only days 29 to 31 depend on the month. Engines roll 30 February over into March, so the round trip tells.
  return text.charCodeAt(8) < 0x32 || text.slice(8, 10) < '29' || new Date(text).toISOString() === text;
}
