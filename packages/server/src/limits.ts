/**
 * Every bound of the server, with the reason for the number. At a bound the answer is a 4xx, 429 or 503 that says so;
 * nothing is cut short or buffered in silence.
 */

/** api.md: a batch is at most 5 MB; one transaction of that size stays far below a second. */
export const BODY_BYTES_MAX = 5 * 1024 * 1024;
/** Bodies of administration routes are small; a custom schema (64 kB) is the largest of them. */
export const ADMIN_BODY_BYTES_MAX = 128 * 1024;
/** api.md: a batch is at most 1,000 events, so that one request cannot hold the sequencer for long. */
export const BATCH_EVENTS_MAX = 1_000;
/** Request line and headers together: Node's default, enough for a cursor and a few hundred filters. */
export const HEADER_BYTES_MAX = 16 * 1024;
/** Whole request must have arrived by then: 5 MB at 1.4 Mbit/s. Slowloris clients are cut here. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** Headers must have arrived by then. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** How often Node looks for connections beyond the two limits above. */
export const CONNECTION_CHECK_INTERVAL_MS = 2_000;
/** A connection on which nothing moves in either direction, e.g. a download whose reader has stalled. */
export const SOCKET_IDLE_MS = 120_000;
/** Longer than the 60 s idle limit of common load balancers, so that the balancer closes first. */
export const KEEP_ALIVE_MS = 72_000;
/** A path parameter is at most a percent-encoded target id of 500 characters (4 bytes each, 3 characters per byte). */
export const PATH_PARAMETER_CHARS_MAX = 6_000;
/** SIGTERM: how long open transfers (a slow upload, an export) may go on; accepted events need milliseconds. */
export const STOP_TRANSFERS_MS = 8_000;
/** SIGTERM: how long accepted work may take to finish before the process gives up and exits 1. */
export const STOP_GRACE_MS = 20_000;

/** A commit takes about 20 ms, one that waits for a lock or a new connection some seconds; load balancers wait 30 to 60 s. */
export const COMMIT_ANSWER_MS_MAX = 10_000;

/** api.md: `limit` is 1 to 1000, 100 when absent. */
export const PAGE_EVENTS_MAX = 1_000;
export const PAGE_EVENTS_DEFAULT = 100;
/** api.md: neighbours of an event, each way. */
export const CONTEXT_EVENTS_MAX = 50;
export const CONTEXT_EVENTS_DEFAULT = 5;
/** Values per repeated parameter: each becomes an index lookup. */
export const PARAMETER_VALUES_MAX = 100;
/** One value of a parameter: the longest identifier of the event model is 500 characters; `q` and user text fit too. */
export const PARAMETER_CHARS_MAX = 1_000;
/** Groups of one statistics answer; beyond that a dashboard cannot show them. */
export const STATS_GROUPS_MAX = 1_000;
export const STATS_GROUPS_DEFAULT = 100;
/** Member names in `fields`. */
export const FIELDS_MAX = 100;
/** Checkpoints per listing. */
export const CHECKPOINTS_PAGE_MAX = 1_000;
/** Relative times such as `-24h` reach at most this far back (100 years). */
export const RELATIVE_TIME_MS_MAX = 100 * 366 * 24 * 3_600_000;

/** A key's name, shown in the log as the actor's name. */
export const KEY_NAME_CHARS_MAX = 100;
/** Keys per tenant: they are all held in memory for immediate revocation. */
export const KEYS_PER_TENANT_MAX = 10_000;
/** Tenants per server: one log, one head in memory each (log numbers are 17 bits in the embedded store). */
export const TENANTS_MAX = 100_000;
/** Entries of one bound (projects, categories, types, networks) of a key. */
export const KEY_BOUND_VALUES_MAX = 100;

/** Events of one request of a page: what one page sees in a few seconds. */
export const PAGE_BATCH_EVENTS_MAX = 100;
/** One event of a page, as JSON in UTF-8. A page is not trusted with the 60,000 bytes of a record. */
export const PAGE_EVENT_BYTES_MAX = 10_000;
/** One text (or member name) in an event of a page: the message of an error, not a dump of its memory. */
export const PAGE_TEXT_CHARS_MAX = 1_000;
/** Levels of an event of a page: `metadata` is the first, an object in it the second. */
export const PAGE_DEPTH_MAX = 5;
/** A full batch of full events, and the token. */
export const PAGE_BODY_BYTES_MAX = PAGE_BATCH_EVENTS_MAX * PAGE_EVENT_BYTES_MAX + 16 * 1024;
/** How far the clock of a visitor may be ahead, as in the event model; beyond it the server's time is taken. */
export const PAGE_CLOCK_AHEAD_MS_MAX = 5 * 60_000;
/** Short enough that a token which leaked is soon useless, long enough that a page asks a few times per hour. */
export const BROWSER_TOKEN_S_DEFAULT = 15 * 60;
export const BROWSER_TOKEN_S_MIN = 10;
/** Whoever needs longer renews: the function that makes the token then sees that the visitor is still signed in. */
export const BROWSER_TOKEN_S_MAX = 60 * 60;
/** What a token says (actor, defaults, types), as JSON: it is sent with every request, in a header of 16 kB at most. */
export const BROWSER_CLAIMS_BYTES_MAX = 2_000;
export const BROWSER_TOKEN_TYPES_MAX = 20;
/** Origins of a tenant that tokens were made for within a day; each is an entry in memory and a row of the store. */
export const BROWSER_ORIGINS_PER_TENANT_MAX = 1_000;
/** How long an origin is remembered after its last token; longer than any token. Bounds the writes to one a day. */
export const BROWSER_ORIGIN_KEPT_MS = 24 * 3_600_000;
/** A viewer token lives as long as a page is looked at; whoever looks longer is asked for again. */
export const VIEWER_TOKEN_S_DEFAULT = 15 * 60;
/** How long a browser may remember the answer to its preflight. */
export const PREFLIGHT_AGE_S = 600;

/** How long browsers keep assets of the console, whose names change with their content: a year, as long as is usual. */
export const CONSOLE_ASSET_AGE_MS = 365 * 24 * 3_600_000;
/** Sessions of one key or person: some browsers on some machines; the oldest ends when there are more. */
export const SESSIONS_PER_OWNER_MAX = 50;
/** Sessions of the server: about 500 bytes each in memory. */
export const SESSIONS_MAX = 100_000;
/** How often ended sessions are looked for. */
export const SESSION_SWEEP_MS = 60_000;

/** From leaving for the identity provider to coming back: time to find a password and a second factor. */
export const OIDC_FLOW_MS = 10 * 60_000;
/** A request to the identity provider. */
export const OIDC_TIMEOUT_S = 5;
/** A provider that was away is left alone for a moment: whoever comes meanwhile is told at once. */
export const OIDC_RETRY_MS = 2_000;
/** How long the metadata of the provider is kept. */
export const OIDC_METADATA_KEPT_MS = 3_600_000;
/** An identifier of the event model. */
export const SUBJECT_CHARS_MAX = 200;

/** Open streams of the server: each reads the log when it grows, once for all that watch the same. */
export const LIVE_STREAMS_MAX = 500;
/** A share for each tenant and credential, so that nobody keeps the others from theirs. */
export const LIVE_STREAMS_PER_TENANT_MAX = 200;
export const LIVE_STREAMS_PER_CREDENTIAL_MAX = 20;
/** Shorter than what proxies and NAT take for a dead connection. A stream whose credential has ended ends within it. */
export const LIVE_HEARTBEAT_MS = 15_000;
/** A reader that takes longer to take what it is sent is told to come back. */
export const LIVE_STALL_MS = 10_000;
/** Events sent at a time, and at most held for one reader. */
export const LIVE_PAGE_EVENTS = 100;
/** Pause at the end of the log, in which what comes is gathered: 20 looks a second at most. */
export const LIVE_PAUSE_MS = 50;
/** How long an answer is kept for the streams that ask the same. */
export const LIVE_PAGE_KEPT_MS = 40;
/** What a reader may send by a WebSocket: nothing but pongs. */
export const LIVE_MESSAGE_BYTES_MAX = 1_024;

/** Values offered for a field. */
export const SUGGESTIONS_DEFAULT = 20;
export const SUGGESTIONS_MAX = 100;
/** Newest events in which values are looked for: some 20 ms of work, once while somebody types. */
export const SUGGESTION_SAMPLE_EVENTS = 500;
/** Event types among which is looked. */
export const SUGGESTION_TYPES_MAX = 1_000;
/** Looks at the log that are kept, each of 500 events: tenants and views in which somebody types. */
export const SUGGESTION_SAMPLES_MAX = 20;
/** A longer value is not one to choose. */
export const SUGGESTION_CHARS_MAX = 200;
/** Events of an actor's recent activity, and how far back it goes. */
export const RECENT_EVENTS_MAX = 100;
export const RECENT_MS = 24 * 3_600_000;
/** Records that a cached answer may be behind and still be brought up to date by reading them, not by asking the index. */
export const RECENT_GAP_RECORDS_MAX = 200;
/** A cache that takes longer costs more than it saves. */
export const REDIS_ANSWER_MS = 250;
export const REDIS_CONNECT_MS = 2_000;
/** How often a Redis that is away is tried. */
export const REDIS_RECONNECT_MS = 1_000;
/** Growth of logs is told to the other nodes at most this often. */
export const GROWTH_GATHER_MS = 10;
/** Saved searches are read as a whole. */
export const SAVED_SEARCHES_PER_TENANT_MAX = 1_000;
/** As much as an address can be. */
export const SAVED_SEARCH_CHARS_MAX = 4_000;

/** Custom event types per tenant; each is a compiled validator in memory. */
export const SCHEMAS_PER_TENANT_MAX = 1_000;
/** Versions kept per custom type. */
export const SCHEMA_VERSIONS_MAX = 100;
/** Text of one JSON Schema; the built-in event schema is smaller. */
export const SCHEMA_BYTES_MAX = 64 * 1024;
/** Subschemas of one JSON Schema: bounds the work per event. */
export const SCHEMA_NODES_MAX = 1_000;
export const SCHEMA_DEPTH_MAX = 16;
/** Backtracking steps one `pattern` may need on one value: about a millisecond. */
export const PATTERN_STEPS_MAX = 1_000_000;
/** Backtracking steps all patterns of a schema may need on one event: some ten milliseconds. */
export const SCHEMA_STEPS_MAX = 10_000_000;
/** How long the events of one request are worked on before other requests get a turn. */
export const INGEST_SLICE_MS = 10;

/** Verifications that run at once: each takes a core. */
export const VERIFY_RUNNING_MAX = 1;
/** Heap of a verification's thread; past it the thread ends and its job fails, not the server. */
export const VERIFY_MEMORY = { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 1_024 } as const;
/** Verifications that wait; the next one gets 503. */
export const VERIFY_WAITING_MAX = 20;
/** Half of them for one tenant, and half of that for one key, so that nobody keeps the others from asking. */
export const VERIFY_WAITING_PER_TENANT_MAX = 10;
export const VERIFY_WAITING_PER_KEY_MAX = 5;
/** Finished verifications kept per tenant. */
export const VERIFY_KEPT_MAX = 100;
/** The server's own check reads everything again in this many turns: within a day, where a turn comes every hour. */
export const SELF_CHECK_TURNS_PER_PASS = 24;
/** Records it reads at a time: some ten seconds, after which a verification that somebody asked for has its turn. */
export const SELF_CHECK_RECORDS_MAX = 200_000;
/** Fewer are not worth the start of a thread. */
export const SELF_CHECK_RECORDS_MIN = 10_000;
/** Exports that run at once; each has its own thread and read connection. */
export const EXPORTS_RUNNING_MAX = 4;
/** Half of them for one tenant; for one key too, which may be a platform administrator's and read several tenants. */
export const EXPORTS_PER_TENANT_MAX = 2;
export const EXPORTS_PER_KEY_MAX = 2;
/** How long a download may take next to nothing before it gives its slot to an export that is refused for want of one. */
export const EXPORT_READ_WINDOW_MS = 5_000;
/** Next to nothing: what a line of 256 kbit/s carries in that time. */
export const EXPORT_READ_BYTES_MIN = 160 * 1024;
/** Events an export thread reads at a time: 250 kB of ordinary events, 15 MB of the largest. */
export const EXPORT_PAGE_EVENTS = 250;
/** What an export thread hands over at a time: with the next bound 1 MB at most waits in the server for a slow client. */
export const EXPORT_CHUNK_BYTES = 256 * 1024;
/** Chunks an export thread may be ahead of the client. */
export const EXPORT_CHUNKS_AHEAD = 3;
/** Heap of an export's thread: pages of the largest records, opened and as text. Past it the thread ends and the transfer breaks. */
export const EXPORT_MEMORY = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 256 } as const;

/** How long an export by words waits for the full-text index to have what the log had when it began. */
export const EXPORT_SEARCH_WAIT_MS = 10_000;

/** How often it looks meanwhile. */
export const EXPORT_SEARCH_POLL_MS = 100;

/** How long an export that has begun waits for a database that is away: a restart, or a failover. It keeps its place. */
export const EXPORT_STORE_WAIT_MS = 30_000;

/** How often it asks meanwhile. */
export const EXPORT_STORE_POLL_MS = 250;

/** Self-audit windows open at a time (credential x tenant x kind); beyond it the oldest are written at once. */
export const AUDIT_WINDOWS_MAX = 10_000;
/** api: reads are told of once per credential and minute. */
export const AUDIT_WINDOW_MS = 60_000;
/** Addresses whose failed authentications are counted apart within a window; the rest is one line. */
export const AUDIT_UNKNOWN_ADDRESSES_MAX = 1_000;
/** Entries of the rate limiter's table (keys and addresses seen in the last minute). */
export const RATE_LIMIT_ENTRIES_MAX = 20_000;
/**
 * Where several nodes share a database: a key that is revoked on another node is refused here within this time, or nobody
 * is let in. Usually it takes milliseconds; a look every second makes sure.
 */
export const SETTINGS_STALE_MS_MAX = 5_000;
/** Window of every rate limit. */
export const RATE_LIMIT_WINDOW_MS = 60_000;
