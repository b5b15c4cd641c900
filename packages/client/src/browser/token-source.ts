import { TOKEN_RENEWAL_SHARE } from './limits.ts';

/** Asks the app's own backend for a token; it gets one from `POST /v1/browser-tokens`. */
export type AskForToken = () =>
  | string
  | { readonly token: string }
  | Promise<string | { readonly token: string }>;

/** The token of a page: asked for when it is needed, once at a time, and again before it ends. */
export class TokenSource {
  readonly #ask: AskForToken;
  readonly #timeoutMs: number;
  #token: string | undefined;
  #renewAtMs = 0;
  #asking: Promise<string> | undefined;
  /** Grows when a token is dropped: one that was asked for before is somebody else's. */
  #round = 0;

  /** @param timeoutMs an answer that takes longer is not waited for */
  constructor(ask: AskForToken, timeoutMs: number) {
    this.#ask = ask;
    this.#timeoutMs = timeoutMs;
  }

  /** The token at hand, perhaps an old one: there is no time to ask for another when a page is hidden. */
  get latest(): string | undefined {
    return this.#token;
  }

  /** A token that is good for a while, without waiting. */
  get good(): string | undefined {
    return Date.now() < this.#renewAtMs ? this.#token : undefined;
  }

  /** @throws what the app's function throws */
  async renewed(): Promise<string> {
    if (this.#asking !== undefined) return this.#asking;
    const asking = this.#askNow(this.#round).finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    this.#asking = asking;
    return asking;
  }

  /** Uses a token no more. */
  drop(token: string | undefined = this.#token): void {
    if (this.#token !== token) return;
    this.#token = undefined;
    this.#renewAtMs = 0;
    this.#asking = undefined;
    this.#round += 1;
  }

  async #askNow(round: number): Promise<string> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no token within ${this.#timeoutMs} ms`)), this.#timeoutMs);
    });
    try {
      const answer = await Promise.race([this.#ask(), late]);
      // Whatever a backend answers when somebody is not signed in.
      const token: unknown =
        typeof answer === 'string' ? answer : (answer as { token?: unknown } | null | undefined)?.token;
      // It is put into JSON as it is.
      if (typeof token !== 'string' || !/^[\w-]+$/.test(token))
        throw new TypeError('the function `token` gave no browser token');
      if (round === this.#round) {
        this.#token = token;
        this.#renewAtMs = renewAtMs(token, Date.now());
      }
      return token;
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * When to ask for another token: the end is in the token, in seconds in base 36. Where the visitor's clock is so far
 * ahead that a new token seems to have ended, the server says when it has.
 */
function renewAtMs(token: string, nowMs: number): number {
  const leftMs = Number.parseInt(token.split('_')[3] ?? '', 36) * 1_000 - nowMs;
  return leftMs > 0 ? nowMs + leftMs * TOKEN_RENEWAL_SHARE : Number.POSITIVE_INFINITY;
}
