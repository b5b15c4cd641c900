import type {
  ActionStatus,
  ActorType,
  EventCategory,
  EventSeverity,
  EventView,
} from '../event/event-view.ts';
import type { VerbForms } from './verb-forms.ts';

/** A piece of a sentence. `verb` is what was done, `target` the name of the thing, `text` what joins them. */
export interface SentencePart {
  readonly kind: 'actor' | 'verb' | 'text' | 'target';
  readonly text: string;
}

/** The words of sentences about events. */
export interface SentenceWords {
  readonly sealedPerson: string;
  readonly erasedPerson: string;
  readonly sealedThing: string;
  readonly anonymous: string;
  readonly nobody: string;
  readonly actorTypes: Readonly<Record<ActorType, string>>;
  /** The verb phrase: "deleted", "was denied deleting", "failed to delete". */
  readonly outcome: (verb: VerbForms, status: ActionStatus | undefined) => string;
  /**
   * Makes the whole sentence, for languages that are not put together like English; `undefined` for those that are left
   * as they are. The texts of parts are shown as they are, never as HTML.
   */
  readonly describe?: (event: EventView) => readonly SentencePart[] | undefined;
}

/** Every text that the components of this package show; give your own object to translate them. */
export interface Words {
  readonly sentence: SentenceWords;
  readonly statuses: Readonly<Record<ActionStatus, string>>;
  readonly severities: Readonly<Record<EventSeverity, string>>;
  readonly categories: Readonly<Record<EventCategory, string>>;
  readonly detail: {
    readonly who: string;
    readonly actingFor: string;
    readonly from: string;
    readonly what: string;
    readonly on: string;
    readonly why: string;
    readonly error: string;
    readonly request: string;
    readonly when: string;
    readonly recorded: string;
    readonly where: string;
    readonly service: string;
    readonly project: string;
    readonly session: string;
    readonly ai: string;
    readonly compliance: string;
    readonly performance: string;
    readonly security: string;
    readonly metadata: string;
    readonly change: string;
    readonly changeAttempted: string;
    readonly before: string;
    readonly after: string;
    readonly noChange: string;
    readonly unchanged: (count: string) => string;
    readonly sealed: string;
    readonly sealedHint: (members: string) => string;
    readonly erased: string;
    readonly erasedHint: string;
    readonly reads: string;
    readonly durationMs: (ms: string) => string;
    readonly showAll: string;
    readonly showLess: string;
    readonly truncated: (characters: string) => string;
    readonly raw: string;
    readonly loading: string;
    readonly failed: string;
    readonly damaged: string;
  };
  readonly proof: {
    readonly checking: string;
    readonly proven: string;
    /** Proven, but for members that are not in the record. */
    readonly provenBut: (sealed: number, formatted: string) => string;
    readonly failed: string;
    readonly pending: string;
    readonly pendingDetail: string;
    readonly noRight: string;
    readonly unreachable: string;
    readonly steps: {
      readonly record: string;
      readonly recordDetail: (bytes: string) => string;
      readonly recordFailed: string;
      readonly same: string;
      readonly sameDetail: (sealed: number, formatted: string) => string;
      readonly sameFailed: string;
      readonly leaf: (size: string) => string;
      readonly leafDetail: (hashes: string, ms: string) => string;
      readonly leafFailed: string;
      readonly signed: string;
      readonly signedDetail: (origin: string) => string;
      readonly signedFailed: string;
    };
    readonly explain: {
      readonly record: string;
      readonly same: string;
      readonly leaf: string;
      readonly signed: string;
    };
    readonly whatThisMeans: string;
    readonly download: string;
    /** Beneath a proof whose key came from the server that is checked. */
    readonly keyNote: string;
    /** Beneath a proof whose key the page was given beforehand. */
    readonly pinnedNote: string;
  };
  readonly feed: {
    readonly label: string;
    readonly empty: string;
    readonly emptyHint: string;
    readonly nothingMatches: string;
    readonly clearFilters: string;
    readonly loading: string;
    readonly failed: string;
    readonly more: string;
    readonly end: string;
    readonly live: string;
    readonly reconnecting: string;
    readonly showNew: (count: number, formatted: string) => string;
    readonly filters: {
      readonly search: string;
      readonly searchHint: string;
      readonly category: string;
      readonly anyCategory: string;
      readonly status: string;
      readonly anyStatus: string;
      readonly time: string;
      readonly anyTime: string;
      readonly times: Readonly<Record<'1h' | '24h' | '7d' | '30d', string>>;
    };
  };
  readonly chart: {
    readonly label: string;
    readonly loading: string;
    readonly failed: string;
    readonly table: string;
    readonly time: string;
    readonly events: string;
    readonly failures: string;
    readonly count: (count: number, formatted: string) => string;
    readonly failedCount: (formatted: string) => string;
  };
  /** What is said when the server refuses or cannot be reached. */
  readonly problems: {
    readonly expired: string;
    readonly unreachable: string;
    readonly noRight: string;
    readonly notFound: string;
    readonly tooMany: string;
    readonly unexpected: string;
    readonly request: string;
    readonly retry: string;
  };
}
