import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json-value.ts';

type Container = Record<string, JsonValue> | JsonValue[];

/**
 * Changes to a JSON document that leave the original untouched: containers are copied when first changed, everything
 * else is shared. Ways into the document are the tokens of a JSON pointer.
 */
export class CopyOnWrite {
  #root: Record<string, JsonValue> | undefined;
  readonly #original: JsonObject;
  /** Containers made here, which may be changed in place. */
  readonly #own = new Set<object>();

  constructor(original: JsonObject) {
    this.#original = original;
  }

  /** The changed document; the original itself when nothing was changed. */
  get root(): JsonObject {
    return this.#root ?? this.#original;
  }

  /** The value at the end of a way, or `undefined` when there is none. */
  get(tokens: readonly string[]): JsonValue | undefined {
    let value: JsonValue | undefined = this.root;
    for (const token of tokens) {
      value = memberOf(value, token);
    }
    return value;
  }

  /** Takes a member out of its object. It must be there. */
  remove(tokens: readonly string[]): JsonValue {
    const way = tokens.slice(0, -1);
    const name = tokens.at(-1);
    const parent = this.get(way);
    if (name === undefined || !isJsonObject(parent) || !Object.hasOwn(parent, name)) {
      throw new Error('only a member that is there can be taken out of an object');
    }
    const { [name]: value, ...others } = parent;
    if (way.length === 0) {
      this.#root = this.#adopt(others);
    } else {
      this.set(way, this.#adopt(others));
    }
    return value as JsonValue;
  }

  /** Puts a value at the end of a way; missing parents are made as objects. */
  set(tokens: readonly string[], value: JsonValue): void {
    setMember(this.#ownContainer(tokens), tokens.at(-1) ?? '', value);
  }

  /** The container that the last token leads out of, ours from the root down. */
  #ownContainer(tokens: readonly string[]): Container {
    this.#root ??= this.#adopt({ ...this.#original });
    let container: Container = this.#root;
    for (let index = 0; index < tokens.length - 1; index += 1) {
      const token = tokens[index] as string;
      const value = memberOf(container, token);
      let next: Container;
      if (isContainer(value) && this.#own.has(value)) {
        next = value;
      } else {
        next = this.#adopt(copyOf(value));
        setMember(container, token, next);
      }
      container = next;
    }
    return container;
  }

  #adopt<Own extends Container>(container: Own): Own {
    this.#own.add(container);
    return container;
  }
}

function memberOf(value: JsonValue | undefined, token: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    return /^(0|[1-9][0-9]{0,9})$/.test(token) ? value[Number(token)] : undefined;
  }
  return isJsonObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

function setMember(container: Container, token: string, value: JsonValue): void {
  if (token === '__proto__') {
    throw new Error('a pointer leads to an object prototype');
  }
  (container as Record<string, JsonValue>)[token] = value;
}

function isContainer(value: JsonValue | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

function copyOf(value: JsonValue | undefined): Container {
  if (Array.isArray(value)) {
    return [...value];
  }
  return isJsonObject(value) ? { ...value } : {};
}
