import type { Words } from './words.ts';

const plural = new Intl.PluralRules('en');

/** The words of the components in English. */
export const english: Words = {
  sentence: {
    sealedPerson: 'A sealed person',
    erasedPerson: 'An erased person',
    sealedThing: 'a sealed name',
    anonymous: 'Somebody unknown',
    nobody: 'Somebody',
    actorTypes: {
      user: 'A user',
      service: 'A service',
      agent: 'An agent',
      system: 'The system',
      anonymous: 'Somebody unknown',
    },
    outcome: (verb, status) => {
      switch (status) {
        case 'denied':
          return `was denied ${verb.gerund}`;
        case 'failure':
          return `failed to ${verb.infinitive}`;
        case 'partial':
          return `partly ${verb.past}`;
        case 'in_progress':
          return `is ${verb.gerund}`;
        default:
          return verb.past;
      }
    },
  },
  statuses: {
    success: 'Done',
    failure: 'Failed',
    denied: 'Denied',
    partial: 'Partial',
    in_progress: 'In progress',
  },
  severities: { info: 'Info', low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' },
  categories: {
    auth: 'Sign-in',
    data: 'Data',
    config: 'Configuration',
    admin: 'Administration',
    eval: 'Evaluation',
    ai: 'AI',
    compliance: 'Compliance',
    security: 'Security',
    system: 'System',
    performance: 'Performance',
    api: 'API',
  },
  detail: {
    who: 'Who',
    actingFor: 'For',
    from: 'From',
    what: 'What',
    on: 'On',
    why: 'Why',
    error: 'Error',
    request: 'Request',
    when: 'When',
    recorded: 'Recorded',
    where: 'Where',
    service: 'Service',
    project: 'Project',
    session: 'Session',
    ai: 'AI',
    compliance: 'Compliance',
    performance: 'Performance',
    security: 'Security',
    metadata: 'More',
    change: 'Change',
    changeAttempted: 'Change attempted',
    before: 'Before',
    after: 'After',
    noChange: 'This event carries no state before or after.',
    unchanged: (count) => `${count} unchanged`,
    sealed: 'sealed',
    sealedHint: (members) => `Personal data you have no right to see: ${members}`,
    erased: 'erased',
    erasedHint: 'Erased on request. The record and its proof are intact.',
    reads: 'reads',
    durationMs: (ms) => `in ${ms} ms`,
    showAll: 'Show all',
    showLess: 'Show less',
    truncated: (characters) => `… ${characters} more characters`,
    raw: 'Show as JSON',
    loading: 'Loading the event',
    failed: 'The event could not be loaded',
    damaged: 'This event is not what was recorded: it was changed after it was written.',
  },
  proof: {
    checking: 'Checking in this browser',
    proven: 'Proven in this browser',
    provenBut: (sealed, formatted) =>
      `Proven in this browser, but for ${formatted} sealed ${sealed === 1 ? 'member' : 'members'}`,
    failed: 'Not proven',
    pending: 'Not signed yet',
    pendingDetail: 'The event is stored. The next signed checkpoint covers it, usually within a second.',
    noRight:
      'Your key may not read the records behind this proof. An auditor or an administrator can check it.',
    unreachable: 'The proof could not be loaded.',
    steps: {
      record: 'The record hashes to its leaf',
      recordDetail: (bytes) => `${bytes} bytes, SHA-256`,
      recordFailed: 'The stored record does not hash to the hash that the event carries',
      same: 'The record says what is shown here',
      sameDetail: (sealed, formatted) =>
        sealed === 0
          ? 'every member compared'
          : `every member compared; ${formatted} sealed ${sealed === 1 ? 'member is' : 'members are'} not part of the record`,
      sameFailed: 'What is shown differs from the stored record',
      leaf: (size) => `The leaf is in the tree of ${size} events`,
      leafDetail: (hashes, ms) => `${hashes} hashes, path recomputed in ${ms} ms`,
      leafFailed: 'The path does not lead from this record to the signed root',
      signed: 'The tree was signed by this log',
      signedDetail: (origin) => origin,
      signedFailed: 'The signature does not hold',
    },
    explain: {
      record:
        'The browser computes SHA-256 over the exact bytes that the log stored. A single changed character would give another hash.',
      same: 'The content you read is compared with the bytes that were hashed, so the page cannot show something else than what was recorded. Sealed members, such as who it was, are kept outside of the record so that they can be erased: for those you have the server’s word.',
      leaf: 'All records form a tree of hashes. The path leads from this record to the one root; no other record fits.',
      signed:
        'The log signed that root. Changing or removing any record would need another root, and that one was not signed.',
    },
    whatThisMeans: 'What this means',
    download: 'Download proof',
    keyNote:
      'Checked with the key that this server gives for its log. Compare it with one that you noted before.',
    pinnedNote: 'Checked with the key of this log that the page was given beforehand.',
  },
  feed: {
    label: 'Events',
    empty: 'No events yet',
    emptyHint: 'What happens from now on appears here.',
    nothingMatches: 'No event matches these filters.',
    clearFilters: 'Clear filters',
    loading: 'Loading events',
    failed: 'The events could not be loaded',
    more: 'Show older events',
    end: 'That is everything',
    live: 'Live',
    reconnecting: 'Reconnecting',
    showNew: (_count, formatted) => `Show ${formatted} new`,
    filters: {
      search: 'Search events',
      searchHint: 'Search, or actor:alice severity>=high',
      category: 'Category',
      anyCategory: 'All categories',
      status: 'Outcome',
      anyStatus: 'Any outcome',
      time: 'Time',
      anyTime: 'Any time',
      times: { '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days' },
    },
  },
  chart: {
    label: 'Events over time',
    loading: 'Counting',
    failed: 'The events could not be counted',
    table: 'Show as table',
    time: 'Time',
    events: 'Events',
    failures: 'Failed or denied',
    count: (count, formatted) => `${formatted} ${plural.select(count) === 'one' ? 'event' : 'events'}`,
    failedCount: (formatted) => `${formatted} failed or denied`,
  },
  problems: {
    expired: 'Your access to this view has ended. Reload the page; if that does not help, sign in again.',
    unreachable: 'The audit log does not answer. Check your connection and try again.',
    noRight: 'You may not see this. Ask the administrator of this page for access.',
    notFound: 'It is not in this log, or you may not see it.',
    tooMany: 'Too many requests in a short time. Wait a minute and try again.',
    unexpected: 'Something went wrong. Try again; if it stays, tell the administrator of this page.',
    request: 'Request',
    retry: 'Try again',
  },
};
