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

const ADDRESS = /^[\da-f:.]+$/i;

/**
 * What the app's own function said of who made a request, as the log takes it. It is often the app's record of a user:
 * what is not a member of an actor is left out and told, and does not cost the event.
 *
 * @param faults what was left out is added to it, without values
 * @returns `undefined` when there is nobody: `req.user ?? null` and `isSignedIn && {…}` say so as well
 */
export function soundActor(given: unknown, faults: string[]): Actor | undefined {
  if (!given) return undefined;
  if (typeof given !== 'object' || Array.isArray(given)) {
    faults.push(`actor: gave a ${Array.isArray(given) ? 'list' : typeof given}, not { type, id }`);
    return undefined;
  }
  const { on_behalf_of: principal, ...members } = given as Readonly<Record<string, unknown>>;
  const actor = known(members, 'actor', faults);
  return principal
    ? { ...actor, on_behalf_of: known(principal as object, 'actor.on_behalf_of', faults) }
    : actor;
}

function known(members: object, path: string, faults: string[]): Actor {
  const sound: Record<string, string> = { type: 'user' };
  for (const [name, value] of Object.entries(members) as [string, unknown][]) {
    if (value === undefined || value === null) continue;
    const charsMax = CHARS_MAX[name];
    // Names come from people, ids from databases: many are numbers there, whatever the types say.
    const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
    const text = isText ? String(value) : undefined;
    if (name === 'type' && KINDS.has(value)) sound['type'] = value as string;
    else if (name === 'type' || charsMax === undefined)
      faults.push(`${path}.${soundText(name, 100)}: is not known`);
    else if (text === undefined || (name === 'ip_address' && !ADDRESS.test(text)))
      faults.push(`${path}.${name}: must be ${name === 'ip_address' ? 'an address' : 'a text'}`);
    else sound[name] = soundText(text, charsMax);
  }
  return sound as unknown as Actor;
}
