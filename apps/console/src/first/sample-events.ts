/** An event as `POST /v1/events` takes it. */
export type SampleEvent = Readonly<Record<string, unknown>>;

interface Person {
  readonly id: string;
  readonly name: string;
  readonly ip: string;
  readonly session: string;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** How long ago the day begins that is made up. */
const DAY_MS = 20 * HOUR_MS;
/** Ordinary events; few enough to be read, enough to be searched. */
const ORDINARY = 240;
const GUESSES = 14;

const NAMES = ['Alice Moreau', 'Bilal Haddad', 'Chen Wei', 'Dana Novak', 'Emre Yildiz'] as const;
const DOCUMENTS = [
  'Q3 forecast',
  'Supplier contract',
  'Hiring plan',
  'Incident review',
  'Price list',
] as const;
const DEEDS = [
  'document.viewed',
  'document.viewed',
  'document.viewed',
  'document.edited',
  'document.downloaded',
  'document.shared',
  'record.updated',
] as const;

/** Numbers that look random and are the same every time (Numerical Recipes' linear congruence). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * A made-up day of a made-up organisation, with a break-in: guessed passwords, then one that fits, then everything taken.
 *
 * @param endMs when the day ends
 * @param run tells the sessions of this day from those of another
 */
export function sampleEvents(endMs: number, run: string): readonly SampleEvent[] {
  const pick = numbers(7);
  const people = NAMES.map(
    (name, index): Person => ({
      id: name.toLowerCase().replace(' ', '.'),
      name,
      ip: `198.51.100.${20 + index}`,
      session: `s-${run}-${index}`,
    }),
  );
  const startMs = endMs - DAY_MS;
  const signIns = people.map((person, index) =>
    event('user.login.success', startMs + index * 7 * MINUTE_MS, { actor: actorOf(person) }),
  );
  const ordinary = Array.from({ length: ORDINARY }, (_, index) => {
    const atMs = startMs + HOUR_MS + ((DAY_MS - 2 * HOUR_MS) * (index + pick(100) / 100)) / ORDINARY;
    return index % 12 === 5 ? agentStep(atMs, pick) : deed(atMs, people[pick(people.length)] as Person, pick);
  });
  return [...signIns, ...ordinary, ...breakIn(endMs - HOUR_MS, people[3] as Person, run)].sort((a, b) =>
    String(a.occurred_at).localeCompare(String(b.occurred_at)),
  );
}

function deed(atMs: number, person: Person, pick: (below: number) => number): SampleEvent {
  const type = DEEDS[pick(DEEDS.length)] ?? 'document.viewed';
  const name = DOCUMENTS[pick(DOCUMENTS.length)] ?? '';
  const isDenied = pick(25) === 0;
  const isEdit = type === 'document.edited' || type === 'record.updated';
  const version = 1 + pick(9);
  return event(type, atMs, {
    actor: actorOf(person),
    target: { type: 'document', id: `doc-${100 + DOCUMENTS.indexOf(name as 'Price list')}`, name },
    action: isDenied
      ? { status: 'denied', error: 'Needs the role document.owner, has document.editor' }
      : { status: 'success' },
    context: { service: 'web', project_id: 'sample', request_id: `r-${atMs.toString(36)}` },
    http: {
      method: isEdit ? 'PUT' : 'GET',
      route: '/documents/:id',
      status_code: isDenied ? 403 : 200,
      duration_ms: 4 + pick(60),
    },
    ...(isEdit && !isDenied
      ? { data: { before: { version, state: 'draft' }, after: { version: version + 1, state: 'review' } } }
      : {}),
  });
}

function agentStep(atMs: number, pick: (below: number) => number): SampleEvent {
  return event('agent.tool.called', atMs, {
    actor: { type: 'agent', id: 'contract-reviewer', name: 'Contract reviewer' },
    action: { status: 'success' },
    ai: {
      model: 'local-8b',
      tool_name: ['search', 'summarise', 'compare'][pick(3)],
      prompt_tokens: 200 + pick(3_000),
    },
  });
}

function breakIn(atMs: number, victim: Person, run: string): readonly SampleEvent[] {
  const actor = {
    ...actorOf({ ...victim, ip: '203.0.113.66', session: `s-${run}-x` }),
    user_agent: 'python-requests/2.32',
  };
  const steps: readonly (readonly [type: string, rest: SampleEvent])[] = [
    ...Array.from(
      { length: GUESSES },
      () => ['user.login.failure', { action: { status: 'failure', error: 'Wrong password' } }] as const,
    ),
    ['user.login.success', { action: { status: 'success' } }],
    ['user.mfa.disabled', { action: { status: 'success' } }],
    [
      'document.deleted',
      {
        action: { status: 'denied', error: 'Needs the role document.owner, has document.editor' },
        target: { type: 'document', id: 'doc-103', name: 'Incident review' },
      },
    ],
    [
      'data.bulk.exported',
      { action: { status: 'success' }, target: { type: 'dataset', id: 'd-customers', name: 'Customers' } },
    ],
  ];
  return steps.map(([type, rest], index) => event(type, atMs + index * 700, { actor, ...rest }));
}

function actorOf({ id, name, ip, session }: Person): SampleEvent {
  return { type: 'user', id, name, email: `${id}@sample.example`, ip_address: ip, session_id: session };
}

function event(type: string, atMs: number, rest: SampleEvent): SampleEvent {
  return { type, occurred_at: new Date(atMs).toISOString(), ...rest, metadata: { sample: true } };
}
