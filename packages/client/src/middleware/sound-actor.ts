import type { EventInput } from '../event/event-input.ts';
import { soundText } from './sound-text.ts';

/** Who did something, as events say it. */
export type Actor = NonNullable<EventInput['actor']>;

/** How `request.user ?? null` and `request.user && { … }` say that there is nobody. */
export type Nobody = undefined | null | false | '' | 0;

type Identified<Being> = Omit<Being, 'id' | 'on_behalf_of'> & {
  /** Its id in your system; a number is taken as its text. */
  readonly id?: string | number | undefined;
};

/** Who made a request, as apps know it. */
export type GivenActor = Identified<Actor> & {
  /** Whom the actor acts for, e.g. the user whose request an agent carries out. */
  readonly on_behalf_of?: Identified<NonNullable<Actor['on_behalf_of']>> | undefined;
};

const KINDS: ReadonlySet<unknown> = new Set(['user', 'service', 'agent', 'system', 'anonymous']);

/** Texts of an actor, and how long they may be. */
const CHARS_MAX: Readonly<Record<string, number>> = {
  id: 200,
  name: 500,
  email: 320,
  ip_address: 45,
  user_agent: 2_000,
  session_id: 500,
};

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Members that are read: those of the app's records are often getters of a class. */
const NAMES = ['type', ...Object.keys(CHARS_MAX)] as const;

/**
 * What the app's own function said of who made a request, as the log takes it. It is often the app's record of a user:
 * what is not a member of an actor is left out and told, and does not cost the event.
 *
 * @param faults what was left out is added to it, without values
 * @returns `undefined` when there is nobody: `req.user ?? null` and `isSignedIn && {…}` say so as well
 */
export function soundActor(given: unknown, faults: string[]): Actor | undefined {
  const actor = known(given, 'actor', faults);
  const principal = known(
    (given as { on_behalf_of?: unknown } | undefined)?.on_behalf_of,
    'actor.on_behalf_of',
    faults,
  );
  return actor && principal ? { ...actor, on_behalf_of: principal } : actor;
}

function known(given: unknown, path: string, faults: string[]): Actor | undefined {
  if (!given) return undefined;
  if (typeof given !== 'object' || Array.isArray(given)) {
    faults.push(`${path}: gave a ${Array.isArray(given) ? 'list' : typeof given}, not { type, id }`);
    return undefined;
  }
  const members = given as Readonly<Record<string, unknown>>;
  const sound: Record<string, string> = { type: 'user' };
  for (const name of NAMES) {
    const value = members[name];
    if (value === undefined || value === null || value === '') continue;
    const text = textOf(value);
    if (name === 'type') {
      if (KINDS.has(value)) sound['type'] = value as string;
      else faults.push(`${path}.type: is not known`);
    } else if (text === undefined) faults.push(`${path}.${name}: must be a text`);
    else if (name !== 'ip_address') sound[name] = soundText(text, CHARS_MAX[name] ?? 0);
    else if (isAddress(addressIn(text))) sound[name] = addressIn(text);
    else faults.push(`${path}.ip_address: must be an address`);
  }
  for (const name of Object.keys(members))
    if (!(name in CHARS_MAX) && name !== 'type' && name !== 'on_behalf_of' && members[name] !== undefined)
      faults.push(`${path}.${soundText(name, 100)}: is not known`);
  return sound as unknown as Actor;
}

/** Names come from people, ids from databases: numbers and objects with a text of their own there, whatever the types say. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  const { toJSON } = value as { toJSON?: unknown };
  const json: unknown = typeof toJSON === 'function' ? toJSON.call(value) : undefined;
  return typeof json === 'string' ? json : undefined;
}

/** Some proxies tell the port as well. */
function addressIn(text: string): string {
  return text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}

function isAddress(text: string): boolean {
  return (
    IPV4.test(text) || (/^[\da-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`))
  );
}
