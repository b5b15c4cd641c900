/**
 * The page of this server that somebody asked for, or the start page: an address of elsewhere, or of the interface, is
 * none (open redirect).
 */
export function safePage(next: string | null | undefined): string {
  if (next == null || next.length > 2_000 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(next)) return '/';
  const base = 'http://page.invalid';
  if (!URL.canParse(next, base)) return '/';
  const { origin, pathname, search, hash } = new URL(next, base);
  if (origin !== base || pathname.startsWith('//') || /^\/(?:v1|docs)(?:\/|$)/.test(pathname)) return '/';
  return `${pathname}${search}${hash}`;
}
