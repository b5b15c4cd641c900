import type { Exclusion } from '../../src/middleware/exclusions.ts';
import type { CollectingClient } from '../../src/testing/collecting-client.ts';

/** What every framework's app is made with. */
export interface AppOptions {
  readonly client: CollectingClient;
  readonly exclude: readonly Exclusion[];
  readonly trustProxy: number;
}

/** A running app with the routes of the suite. */
export interface RunningApp {
  readonly url: string;
  close(): Promise<void>;
}

export interface Framework {
  readonly name: string;
  start(options: AppOptions): Promise<RunningApp>;
}

/** Who makes the request, as an app would know it after its own sign-in. */
export function actorOf(header: string | undefined): { type: 'user'; id: string } | undefined {
  if (header === 'explode') throw new Error('extractor');
  return header === undefined ? undefined : { type: 'user', id: header };
}
