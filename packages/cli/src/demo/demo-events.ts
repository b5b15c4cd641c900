import { randomUUID } from 'node:crypto';

/** An event as `POST /v1/events` takes it. */
export type DemoEvent = Readonly<Record<string, unknown>>;

interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly ip: string;
}

interface Session {
  readonly person: Person;
  readonly id: string;
  stepsLeft: number;
}

const NAMES = [
  'Alice Moreau',
  'Bilal Haddad',
  'Chen Wei',
  'Dana Novak',
  'Emre Yildiz',
  'Fatou Diallo',
  'Grete Olsen',
  'Hugo Silva',
];
const AGENTS = [
  'Mozilla/5.0 (Macintosh) Firefox/149.0',
  'Mozilla/5.0 (Windows NT 10.0) Chrome/147.0',
  'Mozilla/5.0 (X11; Linux) Chrome/146.0',
];
const DOCUMENTS = [
  'Q3 forecast',
  'Supplier contract',
  'Hiring plan',
  'Incident review',
  'Board minutes',
  'Price list',
];

/** What people do, how often compared to the rest, and to which kind of thing. */
const ACTIONS: readonly (readonly [weight: number, type: string, verb: string, targetType: string])[] = [
  [30, 'document.viewed', 'read', 'document'],
  [12, 'document.edited', 'update', 'document'],
  [8, 'document.downloaded', 'read', 'document'],
  [6, 'document.uploaded', 'create', 'document'],
  [4, 'document.shared', 'share', 'document'],
  [2, 'document.deleted', 'delete', 'document'],
  [5, 'record.updated', 'update', 'record'],
  [3, 'settings.updated', 'update', 'settings'],
  [2, 'user.role.changed', 'update', 'user'],
  [1, 'data.bulk.exported', 'export', 'dataset'],
];
/** A script that guesses takes about this long per attempt. */
const BREAK_IN_STEP_MS = 700;
const WEIGHT_SUM = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);

/**
 * A made-up organisation whose people log in, work and leave, with an AI agent and a nightly job beside them.
 * The random numbers come in, so that a test gets the same day again.
 */
export class DemoTenant {
  readonly id: string;
  readonly #random: () => number;
  readonly #people: readonly Person[];
  readonly #sessions: Session[] = [];

  constructor(id: string, random: () => number) {
    this.id = id;
    this.#random = random;
    const subnet = 10 + Math.floor(random() * 200);
    this.#people = NAMES.map((name, index) => {
      const short = name.toLowerCase().replace(' ', '.');
      return { id: short, name, email: `${short}@${id}.example`, ip: `198.51.${subnet}.${20 + index}` };
    });
  }

  /** The next event of an ordinary day. */
  next(): DemoEvent {
    const chance = this.#random();
    if (chance < 0.05) return this.#agentStep();
    if (chance < 0.08) return this.#job();
    const session = this.#sessions[Math.floor(this.#random() * this.#sessions.length)];
    if (session === undefined || (this.#sessions.length < 6 && chance < 0.2)) return this.#login();
    session.stepsLeft -= 1;
    if (session.stepsLeft > 0) return this.#work(session);
    this.#sessions.splice(this.#sessions.indexOf(session), 1);
    return event('user.logout', actorOf(session), { action: { verb: 'logout', status: 'success' } });
  }

  /** A break-in: guessed passwords, then one that fits, then everything is taken. One session, nine events. */
  breakIn(): readonly DemoEvent[] {
    const victim = this.#people[3] ?? this.#pick(this.#people);
    const session: Session = {
      person: { ...victim, ip: '203.0.113.66' },
      id: `s-${randomUUID().slice(0, 8)}`,
      stepsLeft: 0,
    };
    const actor = { ...actorOf(session), user_agent: 'python-requests/2.32' };
    const guess = (): DemoEvent =>
      event('user.login.failure', actor, {
        action: { verb: 'login', status: 'failure', error: 'wrong password' },
        context: { reason: 'password' },
      });
    const taken = (type: string, verb: string, name: string): DemoEvent =>
      event(type, actor, {
        action: { verb, status: 'success' },
        target: { type: 'dataset', id: `d-${name}`, name },
      });
    const steps = [
      ...Array.from({ length: 5 }, guess),
      event('user.login.success', actor, { action: { verb: 'login', status: 'success' } }),
      event('user.mfa.disabled', actor, { action: { verb: 'update', status: 'success' } }),
      taken('data.bulk.exported', 'export', 'customers'),
      taken('data.bulk.exported', 'export', 'payroll'),
    ];
    const endedAtMs = Date.now();
    return steps.map((step, index) => {
      const beforeEndMs = (steps.length - 1 - index) * BREAK_IN_STEP_MS;
      return { ...step, occurred_at: new Date(endedAtMs - beforeEndMs).toISOString() };
    });
  }

  #login(): DemoEvent {
    const session: Session = {
      person: this.#pick(this.#people),
      id: `s-${randomUUID().slice(0, 8)}`,
      stepsLeft: 5 + Math.floor(this.#random() * 40),
    };
    if (this.#random() < 0.06) {
      return event('user.login.failure', actorOf(session), {
        action: { verb: 'login', status: 'failure', error: 'wrong password' },
      });
    }
    this.#sessions.push(session);
    return event('user.login.success', actorOf(session), { action: { verb: 'login', status: 'success' } });
  }

  #work(session: Session): DemoEvent {
    let rest = this.#random() * WEIGHT_SUM;
    const [, type, verb, targetType] = ACTIONS.find(([weight]) => {
      rest -= weight;
      return rest < 0;
    }) ?? [0, 'document.viewed', 'read', 'document'];
    const isDenied = this.#random() < 0.03;
    const name = this.#pick(DOCUMENTS);
    const target =
      targetType === 'user'
        ? { type: 'user', id: this.#pick(this.#people).id }
        : { type: targetType, id: `${targetType}-${100 + DOCUMENTS.indexOf(name)}`, name };
    return event(type, actorOf(session), {
      action: {
        verb,
        status: isDenied ? 'denied' : 'success',
        ...(isDenied ? { error: 'no permission' } : {}),
      },
      target,
      context: { request_id: `r-${randomUUID().slice(0, 13)}`, service: 'web' },
    });
  }

  #agentStep(): DemoEvent {
    return event(
      'agent.tool.called',
      { type: 'agent', id: 'contract-reviewer', name: 'Contract reviewer' },
      {
        action: { verb: 'execute', status: 'success' },
        ai: {
          model: 'local-8b',
          tool_name: this.#pick(['search', 'summarise', 'compare']),
          prompt_tokens: 200 + Math.floor(this.#random() * 3000),
          completion_tokens: 20 + Math.floor(this.#random() * 600),
          confidence_score: Math.round((0.5 + this.#random() / 2) * 100) / 100,
        },
      },
    );
  }

  #job(): DemoEvent {
    return event(
      'system.backup.completed',
      { type: 'service', id: 'backup' },
      { action: { verb: 'execute', status: 'success' } },
    );
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

function actorOf(session: Session): Readonly<Record<string, unknown>> {
  const { person } = session;
  return {
    type: 'user',
    id: person.id,
    name: person.name,
    email: person.email,
    ip_address: person.ip,
    user_agent: AGENTS[person.id.length % AGENTS.length],
    session_id: session.id,
  };
}

function event(
  type: string,
  actor: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>>,
): DemoEvent {
  return { id: randomUUID(), type, occurred_at: new Date().toISOString(), actor, ...rest };
}
