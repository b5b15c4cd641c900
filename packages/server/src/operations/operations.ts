import type { Ledger } from '@attestry/ledger';
import type { SelfAudit } from '../audit/self-audit.ts';
import type { ApiKeys } from '../auth/api-keys.ts';
import type { BrowserOrigins } from '../auth/browser-origins.ts';
import type { BrowserTokens } from '../auth/browser-tokens.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Tenants } from '../auth/tenants.ts';
import type { Exporter } from '../exports/exporter.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { EventSchemas } from '../schemas/event-schemas.ts';
import type { VerifyJobs } from '../verify/verify-jobs.ts';

/** Everything the operations work with; one per server, put together in main.ts. */
export interface Operations {
  readonly ledger: Ledger;
  readonly tenants: Tenants;
  readonly keys: ApiKeys;
  readonly sessions: Sessions;
  readonly browserTokens: BrowserTokens;
  readonly browserOrigins: BrowserOrigins;
  readonly schemas: EventSchemas;
  readonly audit: SelfAudit;
  readonly verifyJobs: VerifyJobs;
  readonly exporter: Exporter;
  readonly metrics: Metrics;
  /** Of the server. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
