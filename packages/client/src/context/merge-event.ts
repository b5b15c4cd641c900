import type { EventInput } from '../event/event-input.ts';

/** What can be known of events before they happen. */
export type EventDefaults = Partial<Omit<EventInput, 'id' | 'type'>>;

/** Blocks that are merged member by member; other members of a later layer replace those of an earlier one. */
const MERGED: ReadonlySet<string> = new Set([
  'actor',
  'action',
  'context',
  'http',
  'ai',
  'metadata',
  'security',
]);

/** Lays one set of members over another. An actor with an id of its own is another actor and is not mixed. */
export function mergeDefaults(base: EventDefaults, over: EventDefaults): EventDefaults {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const under = merged[name];
    merged[name] =
      MERGED.has(name) && isObject(under) && isObject(value) && !isOtherActor(name, under, value)
        ? { ...under, ...value }
        : value;
  }
  return merged;
}

function isOtherActor(name: string, under: Record<string, unknown>, over: Record<string, unknown>): boolean {
  return (
    name === 'actor' && over['id'] !== undefined && under['id'] !== undefined && over['id'] !== under['id']
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
