import { ApiProblem } from '@attestry/react';
import { api } from '../api/api.ts';

/** What a request is answered with of which not one event can be used. */
const ALL_REFUSED: ReadonlySet<number> = new Set([400, 409, 422]);

/** Events of one request: far below what the server takes, so that progress is seen. */
const BATCH_EVENTS = 250;

/** What became of events that were sent. */
export interface Sent {
  readonly accepted: number;
  readonly refused: number;
  /** Why the first of the refused ones was. */
  readonly reason?: string;
}

interface Answer {
  readonly receipts?: readonly unknown[];
  readonly accepted?: number;
  readonly refused?: number;
  /** Of refused events: where and why. */
  readonly results?: readonly { readonly path?: string; readonly detail?: string }[];
}

/** Records events, some at a time, and says how many of them the log took. */
export async function sendEvents(
  events: readonly object[],
  progress: (done: number) => void = () => undefined,
): Promise<Sent> {
  let sent: Sent = { accepted: 0, refused: 0 };
  for (let at = 0; at < events.length; at += BATCH_EVENTS) {
    const batch = events.slice(at, at + BATCH_EVENTS);
    sent = plus(sent, await sendBatch(batch), batch.length);
    progress(at + batch.length);
  }
  return sent;
}

async function sendBatch(events: readonly object[]): Promise<Answer> {
  try {
    const response = await api.fetch('/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    return (await response.json()) as Answer;
  } catch (error) {
    // A request of which not one event can be used is refused whole; the next may be better.
    if (!(error instanceof ApiProblem) || !ALL_REFUSED.has(error.status)) throw error;
    return { refused: events.length, results: [{ detail: error.message }] };
  }
}

function plus(sum: Sent, answer: Answer, size: number): Sent {
  const refused = answer.refused ?? 0;
  const reason = sum.reason ?? answer.results?.find(({ detail }) => detail !== undefined)?.detail;
  return {
    accepted: sum.accepted + (answer.accepted ?? size - refused),
    refused: sum.refused + refused,
    ...(reason === undefined ? {} : { reason }),
  };
}
