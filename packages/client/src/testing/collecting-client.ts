import { Attestry } from '../attestry.ts';
import type { EventContext } from '../context/merge-event.ts';
import type { EventInput } from '../event/event-input.ts';
import type { AttestryOptions } from '../options.ts';
import type { Receipt } from '../receipt.ts';

/** What the collecting client keeps: the event as it would have been sent. */
export type CollectedEvent = EventInput & { readonly id: string; readonly occurred_at: string };

/** A client for tests: everything works as in the app, but events are collected instead of sent. */
export class CollectingClient extends Attestry {
  readonly #events: CollectedEvent[];

  constructor(options: Omit<AttestryOptions, 'url' | 'key' | 'fetch'> = {}) {
    const events: CollectedEvent[] = [];
    super({
      drainOnExit: false,
      ...options,
      url: 'http://attestry.invalid',
      key: 'att_test',
      flushIntervalMs: 1,
      beforeSend: (event) => {
        const changed = options.beforeSend ? options.beforeSend(event) : event;
        if (changed !== null) events.push(changed as CollectedEvent);
        return changed;
      },
      fetch: (_url, init) => answer(init),
    });
    this.#events = events;
  }

  /** What was captured since the client was made or cleared, oldest first. */
  get events(): readonly CollectedEvent[] {
    return this.#events;
  }

  /** Events of a type; `document.*` stands for all that begin with `document.`. */
  ofType(type: string): readonly CollectedEvent[] {
    const prefix = type.endsWith('.*') ? type.slice(0, -1) : undefined;
    return this.#events.filter((event) =>
      prefix === undefined ? event.type === type : event.type.startsWith(prefix),
    );
  }

  clear(): void {
    this.#events.length = 0;
  }
}

/** A client that does nothing at all, for where audit is switched off. */
export class NoopClient extends Attestry {
  constructor() {
    super({
      url: 'http://attestry.invalid',
      key: 'att_noop',
      drainOnExit: false,
      beforeSend: () => null,
      fetch: () => Promise.reject(new Error('the no-op client sends nothing')),
    });
  }

  override child(_defaults?: EventContext): Attestry {
    return this;
  }

  /** A receipt that is none: its place in the log is -1, and it has no hash. */
  override captureDurable(): Promise<Receipt> {
    return Promise.resolve({ id: '', seq: -1, hash: '', recorded_at: '', duplicate: false });
  }
}

let seq = 0;

async function answer(init: RequestInit | undefined): Promise<Response> {
  const isZipped = new Headers(init?.headers).has('content-encoding');
  const body = new Response(init?.body ?? null).body as ReadableStream<Uint8Array<ArrayBuffer>>;
  const text = await new Response(isZipped ? body.pipeThrough(new DecompressionStream('gzip')) : body).text();
  const { events } = JSON.parse(text) as { events: { id: string }[] };
  const receipts = events.map(({ id }) => {
    seq += 1;
    return { id, seq, hash: '0'.repeat(64), recorded_at: new Date().toISOString(), duplicate: false };
  });
  return Response.json({ receipts }, { status: 201 });
}
