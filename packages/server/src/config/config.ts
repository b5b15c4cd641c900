import type { OidcConfig } from '../auth/oidc/oidc-config.ts';
import type { SettingName } from './settings.ts';

/** The server's configuration: read once, checked as a whole, frozen. */
export interface Config {
  readonly dataDir: string;
  /** `sqlite:` or the URL of a database. */
  readonly store: string;
  readonly storeReadUrl: string | undefined;
  readonly storeSchema: string;
  readonly redisUrl: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly logName: string | undefined;
  readonly batchSize: number;
  readonly batchIntervalMs: number;
  readonly checkpointIntervalMs: number;
  /** Addresses and networks in CIDR notation. */
  readonly trustedProxies: readonly string[];
  readonly masterKey: string | undefined;
  readonly masterKeyFile: string | undefined;
  readonly signingKeyFile: string | undefined;
  readonly metrics: boolean;
  readonly console: boolean;
  /** Requests per minute; 0 is off. */
  readonly rateLimits: {
    readonly perKey: number;
    readonly perAddress: number;
    readonly failedAuth: number;
    readonly signIn: number;
    readonly perBrowserToken: number;
    readonly perBrowserAddress: number;
  };
  readonly session: {
    /** A session that asks nothing for this long ends. */
    readonly idleMs: number;
    /** A session ends at this age, used or not. */
    readonly absoluteMs: number;
  };
  /** Where browsers reach the server. */
  readonly publicUrl: string | undefined;
  /** How people sign in through an identity provider; absent: they do not. The secret may be in a file instead. */
  readonly oidc: (OidcConfig & { readonly clientSecretFile: string | undefined }) | undefined;
  /** How often the server checks its own logs; 0 is off. */
  readonly verifyEveryMs: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Only ever set by `serve --accept-rollback`: start a new generation of logs whose database is older than seen. */
  readonly acceptRollback: boolean;
  /** Where each value came from, for `config print`. */
  readonly sources: ReadonlyMap<
    SettingName,
    { readonly value: string | undefined; readonly source: 'environment' | 'file' | 'default' }
  >;
}

/** Every mistake of a configuration at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `the configuration has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n  - ${problems.join('\n  - ')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
