/** One member that differs between two states. */
export interface MemberChange {
  /** Names from the outermost member inwards. */
  readonly path: readonly string[];
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

/** How two states differ. */
export interface StateChange {
  readonly changes: readonly MemberChange[];
  /** Members that are the same in both. */
  readonly unchanged: number;
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Compares two states member by member, as deep as both have objects; lists are compared as a whole.
 *
 * @param before `undefined` when the thing did not exist, as `after` when it exists no more
 */
export function stateChange(before: unknown, after: unknown): StateChange {
  const changes: MemberChange[] = [];
  let unchanged = 0;
  const visit = (old: unknown, now: unknown, path: readonly string[]): void => {
    if (isPlain(old) && isPlain(now)) {
      for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
        visitMember(old, now, [...path, name]);
      }
      return;
    }
    if (JSON.stringify(old) === JSON.stringify(now)) unchanged += 1;
    else changes.push({ path, kind: 'changed', before: old, after: now });
  };
  const visitMember = (
    old: Readonly<Record<string, unknown>>,
    now: Readonly<Record<string, unknown>>,
    path: readonly string[],
  ): void => {
    const name = path.at(-1) as string;
    if (!Object.hasOwn(old, name)) changes.push({ path, kind: 'added', after: now[name] });
    else if (!Object.hasOwn(now, name)) changes.push({ path, kind: 'removed', before: old[name] });
    else visit(old[name], now[name], path);
  };
  visit(before ?? {}, after ?? {}, []);
  return { changes, unchanged };
}
