/** Unknown members kept at one level: enough to name the mistake. */
const UNKNOWN_MEMBERS_KEPT = 4;

/** What this needs to know of a schema. */
export interface WidthSchema {
  readonly properties?: Readonly<Record<string, WidthSchema>>;
  readonly additionalProperties?: unknown;
  readonly items?: unknown;
  readonly maxItems?: number;
}

/**
 * A copy of `value` that is wrong in the same ways but small: closed objects keep their known members and a few
 * unknown ones, lists one item more than allowed. The work of listing what is wrong is then bounded by the schema and
 * not by who sends it. Free objects, which the schema says nothing about, stay as they are.
 */
export function boundWidth(schema: WidthSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items, maxItems } = schema;
    return isSchema(items) && maxItems !== undefined ? boundItems(items, maxItems, value) : value;
  }
  if (typeof value !== 'object' || value === null || schema.additionalProperties !== false) {
    return value;
  }
  const known = schema.properties ?? {};
  // A null prototype, so that a member named __proto__ is one.
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, memberSchema] of Object.entries(known)) {
    if (Object.hasOwn(value, name)) {
      copy[name] = boundWidth(memberSchema, (value as Readonly<Record<string, unknown>>)[name]);
    }
  }
  let unknownMembers = 0;
  for (const name in value) {
    if (!Object.hasOwn(known, name)) {
      unknownMembers += 1;
      copy[name] = null;
    }
    if (unknownMembers === UNKNOWN_MEMBERS_KEPT) {
      break;
    }
  }
  return copy;
}

/** Items after the first wrong ones would only repeat them: past the limit, the number itself is the mistake. */
function boundItems(schema: WidthSchema, maxItems: number, items: readonly unknown[]): unknown[] {
  return items.slice(0, maxItems + 1).map((item) => boundWidth(schema, item));
}

function isSchema(value: unknown): value is WidthSchema {
  return typeof value === 'object' && value !== null;
}
