/** Waits before another attempt after the server refused one: at first this long, then twice as long each time. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;

/** What a tail tells whoever opened it. */
export interface TailNews {
  /** An event that was recorded after the tail had its place. */
  readonly event: (json: string) => void;
  readonly status: (status: 'connecting' | 'live' | 'off') => void;
  /** From here on nothing is missed: the tail has its place in the log, or it will get none. */
  readonly settled: () => void;
}

/**
 * The end of the log as the server streams it, each event once: the tail remembers how far it had come, and goes on from
 * there after a restart of the server, a refusal, or a time in which nobody looked at the page. In a page that nobody
 * looks at it closes its connection, of which a browser has only six per server.
 */
export class LiveTail {
  readonly #address: (after: number | undefined) => string;
  readonly #news: TailNews;
  #stream: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refusals = 0;
  /** The last record that was looked at. */
  #seq: number | undefined;

  constructor(address: (after: number | undefined) => string, news: TailNews) {
    this.#address = address;
    this.#news = news;
  }

  start(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#onVisibility();
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#close();
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState === 'hidden') {
      this.#close();
      // A list that is opened in the background is read all the same.
      this.#news.settled();
    } else if (this.#stream === undefined) this.#open();
  };

  #close(): void {
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = undefined;
  }

  #open(): void {
    this.#close();
    const { status, event, settled } = this.#news;
    // An empty log has no last record to come back to.
    const stream = new EventSource(this.#address(this.#seq === -1 ? undefined : this.#seq));
    this.#stream = stream;
    status('connecting');
    stream.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      this.#seq = Number(lastEventId);
      event(data);
    };
    stream.addEventListener('heartbeat', ({ lastEventId }) => {
      this.#seq = Number(lastEventId);
      this.#refusals = 0;
      status('live');
      settled();
    });
    stream.addEventListener('resume', ({ lastEventId }) => {
      this.#seq = Number(lastEventId);
    });
    stream.onerror = () => {
      // The browser itself comes back to a server that is gone; to one that refused, it does not.
      const isRefused = stream.readyState === EventSource.CLOSED;
      status(isRefused && this.#refusals > 0 ? 'off' : 'connecting');
      settled();
      if (isRefused) this.#openLater();
    };
  }

  #openLater(): void {
    const waitMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** this.#refusals);
    this.#refusals += 1;
    this.#timer = setTimeout(() => this.#open(), waitMs);
  }
}
