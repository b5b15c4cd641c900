/** One condition on the free object `metadata` of an event. */
export interface MetadataFilter {
  /** Member names from the top of `metadata` downwards. */
  readonly path: readonly string[];
  /** Any of these; numbers and booleans by their JSON text. */
  readonly values: readonly string[];
}

/**
 * What a reader asks for, by the names of the query parameters. The values of one member are alternatives (OR), the
 * members are conditions (AND). All are raw texts as they were sent.
 */
export interface EventFilters {
  readonly project?: readonly string[];
  readonly actor?: readonly string[];
  readonly actor_type?: readonly string[];
  readonly actor_email?: readonly string[];
  /** `document.uploaded`, or with `*` at the end `document.*`. */
  readonly type?: readonly string[];
  readonly category?: readonly string[];
  /** `high`, or `>=high`. */
  readonly severity?: readonly string[];
  readonly verb?: readonly string[];
  readonly status?: readonly string[];
  readonly target_type?: readonly string[];
  readonly target?: readonly string[];
  /** An address, or a network in CIDR notation. */
  readonly ip?: readonly string[];
  readonly session?: readonly string[];
  readonly request_id?: readonly string[];
  readonly correlation_id?: readonly string[];
  readonly parent_id?: readonly string[];
  readonly execution_id?: readonly string[];
  /** `404`, or `5xx`. */
  readonly http_status?: readonly string[];
  readonly regulation?: readonly string[];
  readonly traffic_light?: readonly string[];
  readonly metadata?: readonly MetadataFilter[];
  /** Full text: words, "phrases", -excluded, prefix*. */
  readonly q?: string;
  /** Inclusive, ms since 1970. */
  readonly from?: number;
  /** Exclusive, ms since 1970. */
  readonly to?: number;
  /** Which clock `from` and `to` mean; `occurred` when absent. */
  readonly time?: 'occurred' | 'recorded';
  /** What must not be so: each member, and each value of it, leaves events out. */
  readonly not?: ExcludedFilters;
  /** Further filters of their own that must be met too; `from` and `to` narrow each other. Not nested. */
  readonly and?: readonly Omit<EventFilters, 'and' | 'time'>[];
}

/** Filters that leave events out. */
export interface ExcludedFilters extends Omit<EventFilters, 'q' | 'from' | 'to' | 'time' | 'not' | 'and'> {
  /** Texts of which none may be found, each as in the parameter `q`. */
  readonly q?: readonly string[];
}
