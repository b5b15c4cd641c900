import { AttestryError, messageOf } from '../errors.ts';
import { GZIP_BYTES_MIN } from '../limits.ts';
import { isKey, type Settings } from '../options.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';
import { judgeAnswer, type Verdict } from './answers.ts';

/**
 * Sends one batch and says what became of it. Never rejects.
 *
 * @param isLast outlives the page (browsers); such bodies are at most 64 KiB, says the Fetch standard
 */
export type Transport = (
  batch: readonly QueuedEvent[],
  signal: AbortSignal | undefined,
  isLast?: boolean,
) => Promise<Verdict>;

/** `POST /v1/events` with `fetch`. */
export function httpTransport({ url, key, fetch, headers }: Settings): Transport {
  const send = async (
    batch: readonly QueuedEvent[],
    signal: AbortSignal | null = null,
    isLast = false,
  ): Promise<Verdict> => {
    const text = `{"events":[${batch.map((event) => event.text).join(',')}]}`;
    // A page that is hidden may be gone before anything asynchronous is done.
    const zipped = isLast ? undefined : await gzip(text);
    const token = typeof key === 'string' ? key : await askedKey(key);
    // The `fetch` of now, not of then: tests and tracers replace it.
    const response = await (fetch ?? globalThis.fetch)(url, {
      method: 'POST',
      headers: {
        ...headers,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(zipped && { 'content-encoding': 'gzip' }),
      },
      body: zipped ?? text,
      // A key is not carried on to where a redirect points. (Cloudflare knows no `error`.)
      redirect: 'manual',
      signal,
      keepalive: isLast,
    });
    const verdict = await judgeAnswer(response, batch);
    // A function may have another key next time; one that is a text will be refused again.
    return verdict.error.code === 'key_refused' && token !== key
      ? { ...verdict, afterMs: undefined }
      : verdict;
  };
  return async (batch, signal, isLast) => {
    try {
      return await send(batch, signal, isLast);
    } catch (cause) {
      if (cause instanceof AttestryError) return { error: cause };
      const message = `cannot reach ${new URL(url).origin}: ${messageOf(cause)}`;
      return { error: new AttestryError('unavailable', message, { cause }) };
    }
  };
}

/** @throws {AttestryError} `key_refused` */
async function askedKey(key: () => string | Promise<string>): Promise<string> {
  try {
    const known: unknown = await key();
    if (isKey(known)) return known;
    throw new TypeError('it gave none');
  } catch (cause) {
    throw new AttestryError('key_refused', `the function \`key\` failed: ${messageOf(cause)}`, { cause });
  }
}

/** The body compressed, or `undefined` where it is small or the platform cannot. */
async function gzip(text: string): Promise<ArrayBuffer | undefined> {
  if (text.length < GZIP_BYTES_MIN || typeof CompressionStream === 'undefined') return undefined;
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}
