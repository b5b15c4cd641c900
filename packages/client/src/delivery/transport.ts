import { AttestryError } from '../errors.ts';
import { GZIP_BYTES_MIN } from '../limits.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';
import { judgeAnswer, type Verdict } from './answers.ts';

/** Sends one batch and says what became of it. Never rejects. */
export type Transport = (batch: readonly QueuedEvent[], options?: SendOptions) => Promise<Verdict>;

export interface SendOptions {
  /** Outlives the page (browsers). Bodies are at most 64 KiB then, says the Fetch standard. */
  readonly keepalive?: boolean;
}

export interface HttpOptions {
  readonly url: string;
  readonly key: string;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** `POST /v1/events` with `fetch`. */
export function httpTransport(options: HttpOptions): Transport {
  const url = new URL('v1/events', options.url.endsWith('/') ? options.url : `${options.url}/`).href;
  return async (batch, { keepalive = false } = {}) => {
    const signal = AbortSignal.timeout(options.timeoutMs);
    try {
      const text = `{"events":[${batch.map((event) => event.text).join(',')}]}`;
      const zipped = keepalive ? undefined : await gzip(text);
      const response = await options.fetch(url, {
        method: 'POST',
        headers: {
          ...options.headers,
          authorization: `Bearer ${options.key}`,
          'content-type': 'application/json',
          ...(zipped === undefined ? {} : { 'content-encoding': 'gzip' }),
        },
        body: zipped ?? text,
        keepalive,
        signal,
        redirect: 'error',
      });
      return await judgeAnswer(response, batch);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const error = new AttestryError('unavailable', `cannot reach ${new URL(url).origin}: ${why}`, {
        cause,
      });
      return { kind: 'again', error, afterMs: undefined };
    }
  };
}

/** The body compressed, or `undefined` where it is small or the platform cannot. */
async function gzip(text: string): Promise<ArrayBuffer | undefined> {
  if (text.length < GZIP_BYTES_MIN || typeof CompressionStream === 'undefined') return undefined;
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}
