import type { CatalogueType, EventInput } from '../event/event-input.ts';

export type Actor = NonNullable<EventInput['actor']>;
export type Target = NonNullable<EventInput['target']>;

/** Members that any event may have besides what its helper sets. */
export type More = Partial<Omit<EventInput, 'type'>>;

/** A thing by its id, and its name where there is one. */
export interface Thing {
  readonly id: string;
  readonly name?: string;
}

type Status = NonNullable<NonNullable<EventInput['action']>['status']>;

/** Besides the built-in types: reading a record has none of its own. */
type HelperType = CatalogueType | 'data.accessed';

/** An event of a helper's type; what the caller adds is laid over it block by block. */
export function makeEvent<const Type extends HelperType>(
  type: Type,
  what: { readonly verb: string; readonly status?: Status; readonly target?: Target },
  more?: More | null,
): More & { readonly type: Type; readonly target: Target } {
  const { verb, status = 'success', target } = what;
  return {
    ...more,
    type,
    action: { verb, status, ...more?.action },
    ...(target === undefined ? {} : { target: { ...target, ...more?.target } }),
  } as More & { readonly type: Type; readonly target: Target };
}

/** A target of a type; its name is left out where it is not known, and so is a thing that is not there at all. */
export function thing(type: string, given: Thing | null | undefined): Target {
  const { id, name } = given ?? ({} as Partial<Thing>);
  return {
    type,
    ...(id === undefined || id === null ? {} : { id: String(id) }),
    ...(name === undefined || name === null ? {} : { name: String(name) }),
  };
}
