import { judgeAnswer, type Verdict } from '../delivery/answers.ts';
import type { Transport } from '../delivery/transport.ts';
import { AttestryError, messageOf } from '../errors.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';
import type { TokenSource } from './token-source.ts';

/**
 * `POST /v1/ingest/browser` as a request without anything special: text, with the token in it. So the browser asks no
 * permission before (no preflight), and the request may outlive the page.
 *
 * @see Fetch standard, CORS protocol and keepalive
 */
export function pageTransport(url: string, tokens: TokenSource): Transport {
  const post = async (
    token: string,
    batch: readonly QueuedEvent[],
    signal: AbortSignal | undefined,
  ): Promise<Verdict> => {
    const response = await fetch(url, {
      method: 'POST',
      body: pageBody(token, batch),
      credentials: 'omit',
      redirect: 'error',
      keepalive: true,
      ...(signal && { signal }),
    });
    if (response.status === 401) tokens.drop(token);
    return judgeAnswer(response, batch);
  };
  return async (batch, signal, isLast = false) => {
    try {
      const token = (isLast ? tokens.latest : tokens.good) ?? (await tokens.renewed());
      const verdict = await post(token, batch, signal);
      // The token had ended, or the key that made it has a new secret: its successor may be good.
      return verdict.error.status === 401 && !isLast
        ? await post(await tokens.renewed(), batch, signal)
        : verdict;
    } catch (cause) {
      const message = `cannot send to ${new URL(url).origin}: ${messageOf(cause)}`;
      return { error: new AttestryError('unavailable', message, { cause }) };
    }
  };
}

/** The token stands first: the server looks at it before it reads on. */
export function pageBody(token: string, batch: readonly QueuedEvent[]): string {
  return `{"token":"${token}","events":[${batch.map(({ text }) => text).join(',')}]}`;
}
