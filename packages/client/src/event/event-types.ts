import type { CatalogueType, EventInput } from './event-input.ts';

/**
 * Your own event types. Declare them once and `capture` completes and checks them:
 *
 * ```ts
 * declare module '@attestry/client' {
 *   interface CustomEvents {
 *     'invoice.approved': { target: { type: 'invoice'; id: string }; metadata: { amount: number } };
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface CustomEvents {}

/**
 * What the compiler shall hold you to. With `onlyDeclaredTypes` a type that is neither built in nor declared is an error, so
 * that nobody mistypes one:
 *
 * ```ts
 * declare module '@attestry/client' {
 *   interface TypeChecks {
 *     onlyDeclaredTypes: true;
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface TypeChecks {}

/** A built-in type, one of your declared ones, or any other unless `TypeChecks` says no. */
export type AuditEventType =
  | CatalogueType
  | (keyof CustomEvents & string)
  | (TypeChecks extends { readonly onlyDeclaredTypes: true } ? never : string & {});

/** Types that say something about a thing, and mean little without it. */
type AboutThing =
  | `${'document' | 'file' | 'record' | 'dataset' | 'secret' | 'api_key' | 'role' | 'project' | 'trace'}.${string}`
  | `user.${'invited' | 'created' | 'updated' | 'deleted' | 'suspended' | 'reactivated' | 'removed' | 'role.changed' | 'impersonated'}`
  | `permission.${'granted' | 'revoked'}`;

/** An event of a type, with the members that this type wants. */
export type AuditEvent<Type extends AuditEventType> = Omit<EventInput, 'type'> & {
  readonly type: Type;
} & (Type extends keyof CustomEvents
    ? CustomEvents[Type]
    : Type extends AboutThing & CatalogueType
      ? { readonly target: NonNullable<EventInput['target']> }
      : unknown);

/** The event of an action, known before it happens: what it was done to, and more of it, may be known only by then. */
export type TrackedEvent<Type extends AuditEventType = AuditEventType> = Omit<EventInput, 'type'> & {
  readonly type: Type;
} & (Type extends keyof CustomEvents ? Partial<CustomEvents[Type]> : unknown);
