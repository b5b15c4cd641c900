import { callHook, quietly } from '../capture/call-hook.ts';
import { completedEvent } from '../capture/completed-event.ts';
import { queuedEvent } from '../capture/queued-event.ts';
import { makeTell, type Tell } from '../capture/tell-trouble.ts';
import { Delivery } from '../delivery/delivery.ts';
import { LOST, LossReport } from '../delivery/loss-report.ts';
import { AttestryError, closedError, invalidEvent } from '../errors.ts';
import type { EventInput } from '../event/event-input.ts';
import { FLUSH_INTERVAL_MS, REQUEST_TIMEOUT_MS } from '../limits.ts';
import type { QueuedEvent } from '../queue/event-queue.ts';
import type { Receipt } from '../receipt.ts';
import { makeRedact, type Redact } from '../redaction/redact.ts';
import type { BrowserOptions, BrowserStats } from './browser-options.ts';
import {
  PAGE_BATCH_BYTES,
  PAGE_BATCH_EVENTS,
  PAGE_QUEUE_BYTES_MAX,
  PAGE_QUEUE_EVENTS_MAX,
} from './limits.ts';
import { fitted } from './page-event.ts';
import { pageBody, pageTransport } from './page-transport.ts';
import { TokenSource } from './token-source.ts';

interface Listening {
  addEventListener?(event: string, listener: () => void): void;
  removeEventListener?(event: string, listener: () => void): void;
}

/** What there is in a page; nothing of it where the page is rendered on a server. */
interface PageScope extends Listening {
  readonly document?: Listening & { readonly visibilityState?: string };
  readonly navigator?: { sendBeacon?(url: string, body: string): boolean };
  readonly Request?: { readonly prototype: object };
}

/** The way of an event through a page: completed, cleaned, made to fit, kept in memory, sent. */
export class PageDelivery extends Delivery {
  readonly #options: BrowserOptions;
  readonly #url: string;
  readonly #tokens: TokenSource;
  readonly #redact: Redact;
  readonly #fit = makeRedact(false);
  readonly #losses = new LossReport();
  readonly #tell: Tell;
  readonly #stopListening: () => void;
  #captured = 0;
  #sent = 0;
  #leftOut = 0;
  #isClosed = false;

  constructor(options: BrowserOptions) {
    const { timeoutMs = REQUEST_TIMEOUT_MS, flushIntervalMs = FLUSH_INTERVAL_MS } = options;
    const url = endpointUrl(options);
    const tokens = new TokenSource(options.token, timeoutMs);
    super(
      { batchEvents: PAGE_BATCH_EVENTS, batchBytes: PAGE_BATCH_BYTES, flushIntervalMs, timeoutMs },
      pageTransport(url, tokens),
    );
    this.#options = options;
    this.#url = url;
    this.#tokens = tokens;
    this.#redact = makeRedact(options.redact);
    this.#tell = makeTell(options.onError);
    this.#stopListening = this.#listen(globalThis as PageScope);
  }

  /** Never throws. */
  capture(event: EventInput): string | undefined {
    let type: unknown;
    try {
      type = event.type;
      if (this.#isClosed) throw closedError();
      const prepared = this.#prepare(event);
      if (prepared === undefined) this.#leftOut += 1;
      else if (this.#enqueue(prepared)) return prepared.id;
    } catch (cause) {
      this.#lose({ id: '', type: typeof type === 'string' ? type : 'unknown' }, invalidEvent(cause));
    }
    return undefined;
  }

  flush(): Promise<boolean> {
    const { pushed } = this.queue;
    return this.flushTo(this.#losses.isEmpty ? pushed : pushed + 1);
  }

  /** Sends what waits with the present token, and uses that one no more. */
  async renewToken(): Promise<boolean> {
    const isSent = await this.flush();
    this.#tokens.drop();
    return isSent;
  }

  async close(deadlineMs: number): Promise<number> {
    this.#isClosed = true;
    await this.drain(deadlineMs);
    this.#stopListening();
    this.stop();
    const unsent = this.queue.size;
    for (let event = this.queue.shift(); event !== undefined; event = this.queue.shift())
      this.#lose(event, closedError());
    return unsent;
  }

  stats(): BrowserStats {
    return {
      queued: { events: this.queue.size, bytes: this.queue.bytes },
      captured: this.#captured,
      sent: this.#sent,
      lost: this.#losses.total,
      left_out: this.#leftOut,
      failures: this.failures,
    };
  }

  /** @returns `undefined` when the event is left out on purpose */
  #prepare(event: EventInput): QueuedEvent | undefined {
    const { defaults = {}, beforeSend } = this.#options;
    let whole: EventInput | null = this.#redact(completedEvent(defaults, event));
    if (beforeSend !== undefined) whole = this.#fit(callHook('beforeSend', beforeSend, whole, this.#tell));
    return whole === null ? undefined : queuedEvent(fitted(whole), this.#fit);
  }

  #enqueue(event: QueuedEvent): boolean {
    const { queueEventsMax = PAGE_QUEUE_EVENTS_MAX, queueBytesMax = PAGE_QUEUE_BYTES_MAX } = this.#options;
    if (this.queue.size >= queueEventsMax || this.queue.bytes + event.bytes > queueBytesMax) {
      this.#lose(event, new AttestryError('queue_full', 'more events wait than may; some are dropped'));
      return false;
    }
    // Now, so that a page which is left soon after has one.
    if (this.#tokens.good === undefined) this.#tokens.renewed().catch(() => undefined);
    this.queue.push(event);
    this.#captured += 1;
    this.wake();
    return true;
  }

  #listen(page: PageScope): () => void {
    const onHidden = (): void => {
      if (page.document?.visibilityState === 'hidden') this.#sendLast(page);
    };
    const onOnline = (): void => void this.flush();
    page.document?.addEventListener?.('visibilitychange', onHidden);
    page.addEventListener?.('online', onOnline);
    return () => {
      page.document?.removeEventListener?.('visibilitychange', onHidden);
      page.removeEventListener?.('online', onOnline);
    };
  }

  /** A hidden page may never be seen again. */
  #sendLast({ Request: request, navigator }: PageScope): void {
    if (request !== undefined && 'keepalive' in request.prototype) {
      void this.sendNow(PAGE_BATCH_BYTES);
      return;
    }
    const token = this.#tokens.latest;
    if (token === undefined || this.queue.size === 0) return;
    const batch = this.queue.take(PAGE_BATCH_EVENTS, PAGE_BATCH_BYTES);
    navigator?.sendBeacon?.(this.#url, pageBody(token, batch));
    // Nobody says whether it arrived. If the page comes back it is sent again, and kept once.
    this.queue.unshift(batch);
  }

  protected settle(event: QueuedEvent, result: Receipt | AttestryError): void {
    if (result instanceof AttestryError) this.#lose(event, result);
    else this.#sent += 1;
  }

  protected hasReport(): boolean {
    return !this.#losses.isEmpty;
  }

  protected makeReport(): QueuedEvent {
    // Its category is that of its type, which is not for a page to say.
    const { category: _category, ...report } = this.#losses.take(this.#options.defaults);
    return queuedEvent(this.#fit(report), this.#fit);
  }

  #lose({ id, type }: Pick<QueuedEvent, 'id' | 'type'>, error: AttestryError): void {
    // The report of a loss that is itself refused is not reported again.
    if (type !== LOST) this.#losses.add(type, error.code);
    this.tell(error);
    quietly(() => this.#options.onDrop?.({ id, type }, error));
    this.wake();
  }

  protected tell(error: AttestryError, kind?: string): void {
    this.#tell(error, kind);
  }
}

/** @throws {AttestryError} `configuration` */
function endpointUrl({ url, token }: BrowserOptions): string {
  const isUrl = /^https?:\/\//.test(url) && URL.canParse(url);
  const problem = isUrl
    ? typeof token === 'function'
      ? ''
      : 'token must be a function that asks your backend for a browser token'
    : `url must be an http address, not ${JSON.stringify(url)}`;
  if (problem !== '') throw new AttestryError('configuration', `Attestry: ${problem}`);
  return new URL('v1/ingest/browser', url.replace(/\/?$/, '/')).href;
}
