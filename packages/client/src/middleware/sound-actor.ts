import type { EventInput } from '../event/event-input.ts';
import { atOnce } from './hook-answer.ts';
import { soundText, thrownText } from './sound-text.ts';

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
const NAMES: readonly string[] = ['type', ...Object.keys(CHARS_MAX), 'on_behalf_of'];

/** Less is told of whom somebody acts for. */
const PRINCIPAL_NAMES: readonly string[] = ['type', 'id', 'name'];

/**
 * What the app's own function said of who made a request, as the log takes it. It is often the app's record of a user:
 * what is not a member of an actor, or cannot be read, is left out and told, and costs neither the event nor its neighbours.
 *
 * @param faults what was left out is added to it, without values
 * @returns `undefined` when there is nobody: `req.user ?? null` and `isSignedIn && {…}` say so as well
 */
export function soundActor(given: unknown, faults: string[]): Actor | undefined {
  return known(given, 'actor', NAMES, faults);
}

function known(given: unknown, path: string, names: readonly string[], faults: string[]): Actor | undefined {
  if (!given) return undefined;
  if (typeof given !== 'object' || Array.isArray(given)) {
    faults.push(`${path}: gave a ${Array.isArray(given) ? 'list' : typeof given}, not { type, id }`);
    return undefined;
  }
  const sound: Record<string, unknown> = { type: 'user' };
  const attempt = (name: string, work: () => string | undefined): void => {
    let problem: string | undefined;
    try {
      problem = work();
    } catch (error) {
      problem = thrownText(error);
    }
    if (problem !== undefined) faults.push(`${path}.${soundText(name, 100)} ${problem}`);
  };
  for (const name of names)
    attempt(name, () => {
      const value = atOnce((given as Readonly<Record<string, unknown>>)[name]);
      if (value === undefined || value === null || value === '') return undefined;
      if (name === 'type' && !KINDS.has(value)) return NOT_KNOWN;
      if (name === 'on_behalf_of') {
        const principal = known(value, `${path}.${name}`, PRINCIPAL_NAMES, faults);
        if (principal !== undefined) sound[name] = principal;
        return undefined;
      }
      const text = textOf(value);
      if (text === undefined) return 'must be a text';
      const clean = name === 'ip_address' ? addressIn(text) : soundText(text, CHARS_MAX[name] ?? text.length);
      if (clean === undefined) return 'must be an address';
      sound[name] = clean;
      return undefined;
    });
  // What else there is need not be read, and may do anything when it is.
  for (const name of Object.keys(given))
    attempt(name, () => {
      const own = Object.getOwnPropertyDescriptor(given, name) ?? {};
      const isAbsent = 'value' in own && own.value === undefined;
      return isAbsent || names.includes(name) ? undefined : NOT_KNOWN;
    });
  return sound as unknown as Actor;
}

const NOT_KNOWN = 'is not known';

/** Names come from people, ids from databases: numbers and objects with a text of their own there, whatever the types say. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  const { toJSON } = value as { toJSON?: unknown };
  const json: unknown = typeof toJSON === 'function' ? toJSON.call(value) : undefined;
  return typeof json === 'string' ? json : undefined;
}

/** Some proxies tell the port as well. */
function addressIn(text: string): string | undefined {
  const address = text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  const isSixth = /^[\da-f:.]+$/i.test(address) && address.includes(':');
  return IPV4.test(address) || (isSixth && URL.canParse(`http://[${address}]/`)) ? address : undefined;
}
