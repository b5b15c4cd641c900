import type { Ledger, SettingsChanges } from '@attestry/ledger';
import type { SelfAudit } from '../audit/self-audit.ts';
import type { ApiKeys } from '../auth/api-keys.ts';
import type { BrowserOrigins } from '../auth/browser-origins.ts';
import type { BrowserTokens } from '../auth/browser-tokens.ts';
import type { IdentityProvider } from '../auth/oidc/identity-provider.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Tenants } from '../auth/tenants.ts';
import type { ViewerTokens } from '../auth/viewer-tokens.ts';
import type { Cache } from '../cache/cache.ts';
import type { Config } from '../config/config.ts';
import type { Exporter } from '../exports/exporter.ts';
import type { LogIntegrity } from '../integrity/log-integrity.ts';
import type { LiveStreams } from '../live/live-streams.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { EventSchemas } from '../schemas/event-schemas.ts';
import type { SavedSearches } from '../searches/saved-searches.ts';
import type { SuggestionSamples } from '../searches/suggestion-samples.ts';
import type { VerifyJobs } from '../verify/verify-jobs.ts';

/** Everything the operations work with; one per server, put together in main.ts. */
export interface Operations {
  readonly ledger: Ledger;
  /** What other nodes may change of the settings that are held in memory here. */
  readonly settings: SettingsChanges;
  readonly tenants: Tenants;
  readonly keys: ApiKeys;
  readonly sessions: Sessions;
  /** Absent: people sign in with API keys only. */
  readonly oidc: { readonly provider: IdentityProvider; readonly flowKey: Uint8Array } | undefined;
  readonly browserTokens: BrowserTokens;
  readonly viewerTokens: ViewerTokens;
  readonly browserOrigins: BrowserOrigins;
  readonly schemas: EventSchemas;
  readonly audit: SelfAudit;
  readonly verifyJobs: VerifyJobs;
  readonly integrity: LogIntegrity;
  /** How often the server checks its own logs; 0 is off. */
  readonly verifyEveryMs: number;
  readonly exporter: Exporter;
  readonly live: LiveStreams;
  readonly savedSearches: SavedSearches;
  /** Absent without Redis. */
  readonly cache: Cache | undefined;
  readonly suggestions: SuggestionSamples;
  readonly metrics: Metrics;
  /** Does something short that no other node does at the same time. */
  readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Requests per minute; 0 is off. */
  readonly rateLimits: Config['rateLimits'];
  /** Of the server. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
