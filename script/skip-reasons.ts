/**
 * Reasons for which a test may be skipped in continuous integration. Every other skip fails there: what CI can
 * install (script/setup --services) or has beside the clone (../shared) must have been tested.
 */
export const skipReasonsAllowedInCi: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /^needs root/, why: 'mounting a small file system to fill it up is refused to ordinary users' },
  { pattern: /^not as root/, why: 'what the modes of files forbid, they do not forbid to root' },
  { pattern: /^not on this platform/, why: 'file modes and kill -9 have no equivalent on Windows' },
  {
    pattern: /^no PostgreSQL 15/,
    why: 'a package of Debian; PostgreSQL 18 comes with npm and is always there',
  },
  {
    pattern: /^no TimescaleDB/,
    why: 'the extension is in no registry that CI may use; ATTESTRY_TEST_TIMESCALE_URL names a server that has it',
  },
  { pattern: /^only with --/, why: 'long runs that are asked for by an argument' },
];

/**
 * The reason of a skipped test: the note given to `context.skip(note)`, or `skipped: reason` in the test's name or in
 * the name of a group around it.
 *
 * @param fullName the names of the groups and of the test, joined
 * @returns undefined when no reason is given, which `script/test` counts as a failure
 */
export function skipReason(fullName: string, note: string | undefined): string | undefined {
  if (note !== undefined && note !== '') return note.replace(/^skipped: /, '');
  return /\(?skipped: ([^)>]+)\)?/.exec(fullName)?.[1]?.trim();
}
