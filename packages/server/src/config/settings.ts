/** One variable of the configuration. `name` is without the prefix `ATTESTRY_`; in the file it is in lower case. */
export interface Setting {
  readonly name: string;
  readonly kind: 'text' | 'path' | 'integer' | 'switch' | 'word' | 'list';
  readonly fallback: string | undefined;
  /** Inclusive bounds of an integer. */
  readonly range?: readonly [min: number, max: number];
  readonly words?: readonly string[];
  readonly secret?: true;
  /** A URL that is shown without its password. */
  readonly mask?: 'password';
  /** For docs/configuration.md and `config print`. */
  readonly meaning: string;
}

/** A rate limit. */
function perMinute<const Name extends string>(name: Name, fallback: string, meaning: string) {
  return { name, kind: 'integer', fallback, range: [0, 1_000_000_000], meaning } as const;
}

/** Everything this version understands. docs/configuration.md lists the same rows; a test compares them. */
export const SETTINGS = [
  {
    name: 'DATA_DIR',
    kind: 'path',
    fallback: './attestry-data',
    meaning: 'Folder of the embedded store, its keys and its lock.',
  },
  {
    name: 'HOST',
    kind: 'text',
    fallback: '127.0.0.1',
    meaning: 'Address to listen on. Put TLS in front before you leave loopback.',
  },
  {
    name: 'PORT',
    kind: 'integer',
    fallback: '8484',
    range: [0, 65_535],
    meaning: 'Port to listen on; 0 takes a free one.',
  },
  {
    name: 'LOG_NAME',
    kind: 'text',
    fallback: undefined,
    meaning:
      "First part of every log's origin, e.g. `audit.example.com`. Made once at the first start when absent, and never changed.",
  },
  {
    name: 'STORE',
    kind: 'text',
    fallback: 'sqlite:',
    mask: 'password',
    meaning:
      'Where records are kept: `sqlite:` is the embedded store in the data folder, `postgres://user@host/database` one that several nodes share (docs/postgres.md).',
  },
  {
    name: 'STORE_READ_URL',
    kind: 'text',
    fallback: undefined,
    mask: 'password',
    meaning:
      'Replica of the database that answers queries and exports, which may be behind; the database itself when absent.',
  },
  {
    name: 'STORE_SCHEMA',
    kind: 'text',
    fallback: 'attestry',
    meaning: 'Schema of the tables in the database.',
  },
  {
    name: 'REDIS_URL',
    kind: 'text',
    fallback: undefined,
    mask: 'password',
    meaning:
      'Redis that keeps recent activity and tells the other nodes of growth, e.g. `rediss://user:password@host:6379/0`. Without it the store does both (docs/redis.md).',
  },
  {
    name: 'BATCH_SIZE',
    kind: 'integer',
    fallback: '256',
    range: [1, 1_000],
    meaning: 'Events per group commit.',
  },
  {
    name: 'BATCH_INTERVAL_MS',
    kind: 'integer',
    fallback: '5',
    range: [0, 1_000],
    meaning: 'Longest wait for a group commit to fill.',
  },
  {
    name: 'CHECKPOINT_INTERVAL_MS',
    kind: 'integer',
    fallback: '1000',
    range: [10, 3_600_000],
    meaning: 'At most one checkpoint per log is signed in this time.',
  },
  {
    name: 'DEDUPE_WINDOW_S',
    kind: 'integer',
    fallback: '0',
    range: [0, 0],
    meaning: 'Folding of repeated events; only 0 (off) in this version.',
  },
  {
    name: 'TRUSTED_PROXIES',
    kind: 'list',
    fallback: '',
    meaning:
      'Addresses or networks whose X-Forwarded-For is believed, separated by commas. Nobody by default.',
  },
  {
    name: 'MASTER_KEY',
    kind: 'text',
    fallback: undefined,
    secret: true,
    meaning:
      'Key that wraps the data keys of personal data: 32 bytes in base64 or hex. Made in the data folder when absent.',
  },
  {
    name: 'MASTER_KEY_FILE',
    kind: 'path',
    fallback: undefined,
    meaning: 'File with the master key, instead of MASTER_KEY.',
  },
  {
    name: 'SIGNING_KEY_FILE',
    kind: 'path',
    fallback: undefined,
    meaning: 'File with the Ed25519 key that signs checkpoints; it must exist (docs/keys.md).',
  },
  {
    name: 'CONSOLE',
    kind: 'switch',
    fallback: 'on',
    meaning: 'The web console at `/`: `on` or `off`.',
  },
  {
    name: 'METRICS',
    kind: 'switch',
    fallback: 'on',
    meaning: '/metrics for Prometheus, without a credential: `on` or `off`.',
  },
  perMinute('RATE_LIMIT_PER_KEY', '600000', 'Requests per minute and API key; 0 switches the limit off.'),
  perMinute(
    'RATE_LIMIT_PER_ADDRESS',
    '1200000',
    'Requests per minute and client address, with or without a key; 0 switches the limit off.',
  ),
  perMinute(
    'RATE_LIMIT_FAILED_AUTH',
    '300',
    'Failed authentications per minute and client address before its attempts are answered with 429; 0 switches it off.',
  ),
  perMinute(
    'RATE_LIMIT_PER_BROWSER_TOKEN',
    '120',
    'Requests of pages per minute and browser token; 0 switches the limit off.',
  ),
  perMinute(
    'RATE_LIMIT_PER_BROWSER_ADDRESS',
    '6000',
    'Requests of pages per minute and client address (of IPv6, network of 64 bits); 0 switches the limit off.',
  ),
  perMinute(
    'RATE_LIMIT_SIGN_IN',
    '30',
    'Attempts to sign in to the console per minute and client address (of IPv6, network of 64 bits); 0 switches the limit off.',
  ),
  {
    name: 'PUBLIC_URL',
    kind: 'text',
    fallback: undefined,
    meaning: 'Where browsers reach this server, e.g. `https://audit.example.com`. Needed for OIDC.',
  },
  {
    name: 'OIDC_ISSUER',
    kind: 'text',
    fallback: undefined,
    meaning:
      'Identity provider through which people sign in to the console: its issuer, https unless on loopback (docs/sign-in.md).',
  },
  {
    name: 'OIDC_CLIENT_ID',
    kind: 'text',
    fallback: undefined,
    meaning: 'What the identity provider calls this server.',
  },
  {
    name: 'OIDC_CLIENT_SECRET',
    kind: 'text',
    fallback: undefined,
    secret: true,
    meaning: 'Secret shared with the identity provider. A public client has none.',
  },
  {
    name: 'OIDC_CLIENT_SECRET_FILE',
    kind: 'path',
    fallback: undefined,
    meaning: 'File with the secret, instead of OIDC_CLIENT_SECRET.',
  },
  {
    name: 'OIDC_NAME',
    kind: 'text',
    fallback: undefined,
    meaning: 'What the button says; the host of the issuer when absent.',
  },
  {
    name: 'OIDC_SCOPE',
    kind: 'text',
    fallback: 'openid profile email',
    meaning: 'What is asked of the identity provider.',
  },
  {
    name: 'OIDC_ROLE_CLAIM',
    kind: 'text',
    fallback: 'groups',
    meaning: 'Claim whose values give roles, e.g. `realm_access.roles`.',
  },
  {
    name: 'OIDC_ROLES',
    kind: 'list',
    fallback: '',
    meaning:
      'What values of that claim give, separated by commas: `audit-admins=acme:admin, audit-readers=acme:auditor`. The first that matches counts; nobody else has access.',
  },
  {
    name: 'OIDC_SUBJECT_CLAIM',
    kind: 'text',
    fallback: 'sub',
    meaning: 'Claim with what events call a person (`actor.id`).',
  },
  {
    name: 'SESSION_IDLE_S',
    kind: 'integer',
    fallback: '3600',
    range: [60, 2_592_000],
    meaning: 'Seconds without a request after which a session of the console ends.',
  },
  {
    name: 'SESSION_MAX_S',
    kind: 'integer',
    fallback: '43200',
    range: [60, 2_592_000],
    meaning: 'Age in seconds at which a session of the console ends, used or not.',
  },
  {
    name: 'VERIFY_EVERY_S',
    kind: 'integer',
    fallback: '3600',
    range: [0, 2_592_000],
    meaning:
      'How often the server checks its own logs, in seconds: what is new and a 24th of what is old, after a start everything; 0 switches it off (docs/verification.md).',
  },
  {
    name: 'LOG_LEVEL',
    kind: 'word',
    fallback: 'info',
    words: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    meaning: 'How much the server tells on stderr (JSON lines). Requests are lines of `debug`.',
  },
] as const satisfies readonly Setting[];

/** Name of a variable this version understands. */
export type SettingName = (typeof SETTINGS)[number]['name'];

/** Known to the project but not to this version: a clear refusal instead of a setting that nothing reads (trap 47). */
export const LATER_SETTINGS: readonly string[] = [
  'SEARCH',
  'VAULT',
  'OIDC_AUDIENCE',
  'OIDC_JWKS_URL',
  'TSA_URL',
  'WITNESSES',
  'SMTP_URL',
];
/** Families of such names. */
export const LATER_PREFIXES: readonly string[] = ['RETENTION_'];

/** Variables of the command line client and of the test suite, which share the prefix: not the server's business. */
export const FOREIGN_SETTINGS: readonly string[] = ['URL', 'API_KEY', 'SHARED', 'TENANT'];
