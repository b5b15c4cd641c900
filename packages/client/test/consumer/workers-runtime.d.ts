// What Cloudflare's runtime brings along, as far as the snippets of the documents use it.
declare module 'cloudflare:workers' {
  export const env: Readonly<Record<'ATTESTRY_URL' | 'ATTESTRY_API_KEY', string>>;
  export function waitUntil(work: Promise<unknown>): void;
}
