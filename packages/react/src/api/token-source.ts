import { ApiProblem } from './problem.ts';

/** What a page's backend answers: a viewer token, best as `POST /v1/viewer-tokens` answered it. */
export type TokenAnswer = string | { readonly token: string; readonly expires_at?: string };
/** Asks one's own backend for a token. */
export type AskToken = () => TokenAnswer | Promise<TokenAnswer>;

interface Kept {
  readonly token: string;
  readonly renewAtMs: number;
}

/** Share of a token's life after which another one is asked for, so that no request meets its end. */
const RENEW_SHARE = 0.75;

/** Keeps a token while it is good, and asks for another one once, however many requests need it. */
export class TokenSource {
  readonly #ask: AskToken;
  readonly #nowMs: () => number;
  #kept: Kept | undefined;
  #asking: Promise<string> | undefined;

  constructor(ask: AskToken, nowMs: () => number) {
    this.#ask = ask;
    this.#nowMs = nowMs;
  }

  /** @throws {ApiProblem} `no_token` when the page's backend gives none */
  current(): Promise<string> {
    if (this.#kept !== undefined && this.#nowMs() < this.#kept.renewAtMs)
      return Promise.resolve(this.#kept.token);
    this.#asking ??= this.#renew().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** The server did not take a token: the next request asks for another one, unless that was done already. */
  refused(token: string): void {
    if (this.#kept?.token === token) this.#kept = undefined;
  }

  async #renew(): Promise<string> {
    this.#kept = undefined;
    let answer: TokenAnswer;
    try {
      answer = await this.#ask();
    } catch (cause) {
      throw ApiProblem.noToken(cause);
    }
    const token = typeof answer === 'string' ? answer : answer?.token;
    if (typeof token !== 'string' || token === '') throw ApiProblem.noToken(undefined);
    const endMs = typeof answer === 'string' ? Number.NaN : Date.parse(answer.expires_at ?? '');
    const lifeMs = endMs - this.#nowMs();
    // Without an end, or by a clock that is ahead of it: until the server refuses it.
    const renewAtMs = lifeMs > 0 ? this.#nowMs() + lifeMs * RENEW_SHARE : Number.POSITIVE_INFINITY;
    this.#kept = { token, renewAtMs };
    return token;
  }
}
