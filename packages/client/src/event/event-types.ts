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

/** A built-in type, one of your declared ones, or any other. */
export type AuditEventType = CatalogueType | (keyof CustomEvents & string) | (string & {});

/** Types that say something about a thing, and mean little without it. */
type AboutThing = `${'document' | 'file' | 'record' | 'dataset' | 'secret'}.${string}`;

/** An event of a type, with the members that this type wants. */
export type AuditEvent<Type extends AuditEventType> = Omit<EventInput, 'type'> & {
  readonly type: Type;
} & (Type extends keyof CustomEvents
    ? CustomEvents[Type]
    : Type extends AboutThing & CatalogueType
      ? { readonly target: NonNullable<EventInput['target']> }
      : unknown);
