import type { EventInput } from '../event/event-input.ts';
import type { AuditEventType } from '../event/event-types.ts';
import { CLOSE_DEADLINE_MS } from '../limits.ts';
import type { BrowserOptions, BrowserStats } from './browser-options.ts';
import { PageDelivery } from './page-delivery.ts';
import type { PageEvent } from './page-event.ts';

/**
 * A client for pages: captures what a visitor does and gets it into the audit log in the background, also when the page
 * is left.
 *
 * A page holds no key. It has a short-lived token from its own backend, which says who the visitor is; the page says what
 * happened. Make one per page.
 */
export class BrowserAttestry {
  readonly #delivery: PageDelivery;

  /** @throws {AttestryError} `configuration` */
  constructor(options: BrowserOptions) {
    this.#delivery = new PageDelivery({ ...options });
  }

  /**
   * Captures an event. Returns at once, never throws: what goes wrong is told to `onError` and counted.
   *
   * @returns the event's id, or `undefined` when it was left out or dropped
   */
  capture<const Type extends AuditEventType>(event: PageEvent<Type>): string | undefined {
    return this.#delivery.capture(event as unknown as EventInput);
  }

  /**
   * Sends what waits now.
   *
   * @returns true when everything captured before is settled; false when the server could not take it
   */
  flush(): Promise<boolean> {
    return this.#delivery.flush();
  }

  /**
   * Sends what waits under the present token and asks for another one next time. Call it when somebody signs in or out:
   * events belong to who the token says.
   *
   * @returns false when something could not be sent; it goes with the next token
   */
  renewToken(): Promise<boolean> {
    return this.#delivery.renewToken();
  }

  /**
   * Takes nothing more, sends what waits, and ends.
   *
   * @param deadlineMs longest time it may take; 5 s when absent
   */
  async close(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<{ readonly unsent: number }> {
    return { unsent: await this.#delivery.close(deadlineMs) };
  }

  stats(): BrowserStats {
    return this.#delivery.stats();
  }
}
