/** Bytes of one record: a C2SP tile entry carries a 16-bit length, and the rest up to 65,535 stays in reserve. */
export const RECORD_BYTES_MAX = 60_000;

/** Nested arrays and objects in any JSON we hash: far above real events, far below a stack overflow. */
export const JSON_DEPTH_MAX = 64;

/** Characters of a data-subject handle: a prefix and 256 bits in any common encoding fit. */
export const SUBJECT_HANDLE_CHARS_MAX = 64;

/** Characters of a log's origin: a host name (253), `/t/`, a tenant id (100), `/g` and a generation. */
export const ORIGIN_CHARS_MAX = 400;

/** Bytes of a signed note: what Go's sumdb and the C2SP tools accept. */
export const NOTE_BYTES_MAX = 1_000_000;

/** Signatures on one note: room for every witness of a large quorum; a bound on verification work. */
export const NOTE_SIGNATURES_MAX = 100;

/** Hashes of one proof: a tree of 2^53 leaves is 53 levels high, a consistency proof has one more. */
export const PROOF_HASHES_MAX = 54;

/** Bytes of a proof file: its note, 54 hash lines and generous extra data. */
export const PROOF_FILE_BYTES_MAX = 2_000_000;

/** Hashes of a full tile, and records of a full entry bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;

// ---- Event model. Numbers without a comment are those of the model itself (docs/event-model.md).

/** Characters (code points) of an event type. */
export const EVENT_TYPE_CHARS_MAX = 100;

/** Characters of a tenant id: it is part of the origin and of URLs. */
export const TENANT_ID_CHARS_MAX = 100;

/** Characters of an open word (verb, environment, method, provider, ...): they are grouped and filtered by. */
export const WORD_CHARS_MAX = 100;

/** Characters of the id of an actor, or of who it acts for. */
export const ACTOR_ID_CHARS_MAX = 200;

/** Characters of any other id: request, session and trace ids of all systems we know fit several times. */
export const ID_CHARS_MAX = 500;

/** Characters of a display name. */
export const NAME_CHARS_MAX = 500;

/** Characters of an e-mail address: 64 for the local part, `@`, 255 for the domain (RFC 5321, 4.5.3.1). */
export const EMAIL_CHARS_MAX = 320;

/** Characters of an IP address as text: the longest form of IPv6 with an embedded IPv4 address has 45. */
export const IP_CHARS_MAX = 45;

/** Characters of a user agent, a description, a reason, an HTTP route or path. */
export const LINE_CHARS_MAX = 2000;

/** Characters of an error text. */
export const ERROR_CHARS_MAX = 4000;

/** Characters of an agent's reasoning. */
export const REASONING_CHARS_MAX = 8000;

/** Items of a list (tools, state keys, regulations, findings): far above real events, bounds the work of refusing one. */
export const LIST_ITEMS_MAX = 1000;

/** Names in `data.fields`: two states of 30,000 bytes each cannot differ in more members. */
export const CHANGED_FIELDS_MAX = 10_000;

/** Nested levels of a free object: the deepest one sits seven levels down, so 64 levels of a record are never reached. */
export const FREE_OBJECT_DEPTH_MAX = 32;

/** Data subjects that one event may declare. */
export const PERSONAL_SUBJECTS_MAX = 8;

/** Paths that one event may declare over all its subjects. */
export const PERSONAL_PATHS_MAX = 64;

/** Characters of a JSON pointer in `personal`. */
export const POINTER_CHARS_MAX = 1000;

/** How far ahead of our clock `occurred_at` may lie: clocks of clients drift, later ones are mistakes. */
export const OCCURRED_AHEAD_MS_MAX = 5 * 60_000;

/** Days an event may ask to be kept: a hundred years. */
export const RETENTION_DAYS_MAX = 36_500;

/** Problems reported for one event: enough to fix it in one go, few enough that a bad event costs no more than a good one. */
export const PROBLEMS_MAX = 20;

/** Values in one event, all levels: more than this does not fit into a record of 60,000 bytes (two bytes each at least). */
export const EVENT_VALUES_MAX = 30_000;

/** Characters of a member name quoted in a problem's path: names come from the client and may be megabytes long. */
export const PROBLEM_NAME_CHARS_MAX = 100;

// ---- Verifier

/** Findings listed in a report: beyond it a reader wants the number, and the report stays far below a megabyte. */
export const FINDINGS_LISTED_MAX = 1_000;

/** Records the verifier reads at once: enough that a read costs little per record, few enough for constant memory. */
export const VERIFY_CHUNK_RECORDS = 512;

/** Failing reads that are narrowed down to single records; after these a damaged range is reported as a whole. */
export const FAILED_READS_MAX = 200;

/** Data keys the verifier keeps ready: about 200 bytes each, and more subjects than are active at a time in most logs. */
export const VERIFY_KEYS_CACHED_MAX = 20_000;

/** Milliseconds between a record's time and an outside stamp that are tolerated (record format 6). */
export const ANCHOR_TOLERANCE_MS = 5_000;

/** Milliseconds that a record may lie ahead of the verifier's clock: two machines with NTP differ by less. */
export const FUTURE_TOLERANCE_MS = 60_000;

/** Milliseconds between checkpoints when the caller names none; an unsigned tail older than two of them is a finding. */
export const CHECKPOINT_INTERVAL_MS = 1_000;
