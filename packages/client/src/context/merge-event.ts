import type { EventInput } from '../event/event-input.ts';

/** What can be known of events before they happen. */
export type EventDefaults = Partial<Omit<EventInput, 'id' | 'type'>>;

/** The same with shorter ways to say what is said most: `tenant`, and members of `context` without naming it. */
export type EventContext = EventDefaults &
  Omit<NonNullable<EventInput['context']>, 'location'> & {
    /** The tenant; that of the key, so it need not be given. */
    readonly tenant?: string | undefined;
  };

/** Members of an event itself that are texts; every other text of a context belongs to `context`. */
const TEXTS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'category',
  'severity',
  'occurred_at',
  'tenant_id',
]);

type Members = Record<string, unknown>;

/** Lays one set of members over another. */
export function mergeDefaults(base: EventContext, over: EventContext): EventDefaults {
  return layOver(layOver({}, base), over);
}

/**
 * The same into an object of one's own. Blocks (actor, context, metadata …) are merged member by member into a new one;
 * another actor or target replaces the first and is not mixed with it.
 */
export function layOver(into: Members, over: object | undefined): EventDefaults {
  // Neither a context that cannot be read nor a member of an event may keep work from being done, or cost the others.
  let names: readonly string[] = [];
  try {
    if (isBlock(over)) names = Object.keys(over);
  } catch {
    // A proxy that throws: there is nothing in it.
  }
  for (const name of names) {
    let value: unknown;
    try {
      value = (over as Members)[name];
    } catch {
      layOver(into, { metadata: { unreadable: name } });
    }
    if (value === undefined || name === '__proto__') continue;
    if (name === 'tenant') into['tenant_id'] = value;
    else if (typeof value === 'string' && !TEXTS.has(name)) layOver(into, { context: { [name]: value } });
    else {
      const under = into[name];
      into[name] =
        isBlock(under) && isBlock(value) && !isAnother(name, under, value) ? { ...under, ...value } : value;
    }
  }
  return into;
}

function isAnother(name: string, { id, type }: Members, over: Members): boolean {
  return (
    (name === 'actor' || name === 'target') &&
    (type !== over['type'] || (id ?? over['id']) !== (over['id'] ?? id))
  );
}

function isBlock(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
