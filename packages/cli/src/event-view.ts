/** The members of an event, as the API answers it, that the command line looks at. Everything else passes through. */
export interface EventView {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly severity?: string;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly actor?: {
    readonly type?: string;
    readonly id?: string;
    readonly name?: string;
    readonly ip_address?: string;
    readonly session_id?: string;
  };
  readonly action?: { readonly verb?: string; readonly status?: string };
  readonly target?: { readonly type?: string; readonly id?: string; readonly name?: string };
  readonly context?: { readonly request_id?: string };
  readonly redacted?: readonly string[];
}

/** A page of `GET /v1/events`. */
export interface EventPage {
  readonly events: readonly EventView[];
  /** Present while there was a row or a cursor: later events are found with it. */
  readonly next_cursor: string | null;
  readonly previous_cursor: string | null;
  readonly has_more: boolean;
  readonly count?: { readonly value: number; readonly exact: boolean };
}
