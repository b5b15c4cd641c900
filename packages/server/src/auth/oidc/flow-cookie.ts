import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { nodeCrypto } from '@attestry/ledger';
import { OIDC_FLOW_MS } from '../../limits.ts';

const NAME = 'attestry_oidc';
const NONCE_BYTES = 12;
const PURPOSE = Buffer.from('attestry sign-in on its way');

/** What is remembered of a sign-in between leaving for the provider and coming back. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The page that was asked for. */
  readonly next: string;
  readonly begunAtMs: number;
}

/** The name of the cookie; over TLS one that no neighbour's subdomain can set. */
function nameOf(secure: boolean): string {
  return secure ? `__Host-${NAME}` : NAME;
}

/**
 * The cookie that carries a sign-in, sealed: so whichever node the browser comes back to can go on with it, and only the
 * browser that began can. Lax, because the way back is a link from another site.
 */
export function flowCookie(key: Uint8Array, flow: Flow, secure: boolean): string {
  const nonce = randomBytes(NONCE_BYTES);
  const text = Buffer.from(JSON.stringify(flow));
  const sealed = nodeCrypto.aes256GcmSeal(nodeCrypto.importAesKey(key), nonce, PURPOSE, text);
  return setCookie(Buffer.concat([nonce, sealed]).toString('base64url'), OIDC_FLOW_MS / 1_000, secure);
}

export function endedFlowCookie(secure: boolean): string {
  return setCookie('', 0, secure);
}

function setCookie(value: string, ageS: number, secure: boolean): string {
  return `${nameOf(secure)}=${value}; Path=/; Max-Age=${ageS}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** The sign-in that this browser began; `undefined` when it did not, or too long ago. */
export function readFlow(
  key: Uint8Array,
  cookies: string | undefined,
  { secure, nowMs }: { readonly secure: boolean; readonly nowMs: number },
): Flow | undefined {
  const prefix = `${nameOf(secure)}=`;
  const pair = cookies?.split(';').find((part) => part.trim().startsWith(prefix));
  const bytes = Buffer.from(pair?.trim().slice(prefix.length) ?? '', 'base64url');
  if (bytes.length <= NONCE_BYTES) return undefined;
  const text = nodeCrypto.aes256GcmOpen(
    nodeCrypto.importAesKey(key),
    bytes.subarray(0, NONCE_BYTES),
    PURPOSE,
    bytes.subarray(NONCE_BYTES),
  );
  if (text === undefined) return undefined;
  const flow = JSON.parse(Buffer.from(text).toString()) as Flow;
  return nowMs - flow.begunAtMs > OIDC_FLOW_MS ? undefined : flow;
}
