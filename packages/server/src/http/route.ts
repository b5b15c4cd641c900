import type { Readable } from 'node:stream';
import type { Static, TSchema } from 'typebox';
import type { Caller } from '../auth/caller.ts';
import type { Scope } from '../auth/roles.ts';
import type { PageSource } from '../operations/ingest-page-events.ts';
import type { StartStream } from '../operations/open-stream.ts';
import type { Operations } from '../operations/operations.ts';
import type { OidcVisit } from '../operations/sign-in-oidc.ts';

/** What a route asks of the credential. There is no default: a route without it does not compile. */
export type Access =
  | 'public'
  /** Begins a session: the credential is in the request. Closed to pages of other origins. */
  | 'sign-in'
  /** On the way to the identity provider or back: whoever follows a link. */
  | 'identity-provider'
  /** Pages of other origins, each with a token that its backend got for it. */
  | 'browser-token'
  | {
      /** `any`: whoever has a credential. */
      readonly scope: Scope | 'any';
      /** Also open to pages of other origins, with a viewer token. */
      readonly viewers?: true;
      /** Only for platform administrators. */
      readonly platform?: true;
      /** Shows or judges the whole log, so it is closed to credentials that see a part of it. */
      readonly wholeLog?: true;
    };

/** What a route asks of an API key. */
export type KeyAccess = Exclude<Access, string>;

/** What a handler answers. */
export interface Reply {
  readonly status?: number;
  /** Serialised as JSON. */
  readonly body?: object;
  /** Sent as it is. */
  readonly content?: { readonly type: string; readonly data: string | Uint8Array | Readable };
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** One answer in the OpenAPI document. */
export interface ResponseShape {
  readonly description: string;
  readonly schema?: TSchema;
  /** For answers that are not JSON. */
  readonly contentType?: string;
}

/** The parts of a request that its schemas describe, already validated. */
export interface Input<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly ops: Operations;
  readonly params: Static<P>;
  readonly query: Static<Q>;
  readonly body: Static<B>;
  /** HEAD: only the headers are sent. For routes whose content is too much work to make only for its length. */
  readonly isHead: boolean;
  /** Of the cookie, when the caller came by a session. */
  readonly sessionToken: string | undefined;
  /** Lower-case names; the values as sent. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface RouteShape<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** The operation checks the body itself and reports each event apart. */
  readonly bodyIsCheckedByOperation?: true;
  readonly consumes?: readonly string[];
  /** Answers programs, thousands of times a second: without helmet's dozen headers for browsers (100 µs each time). */
  readonly lean?: true;
  /** Finds events, so that it is answered by a replica where there is one, and says how far that has come. */
  readonly findsEvents?: true;
  /** Request body limit; the administration limit when absent. */
  readonly bodyBytesMax?: number;
  readonly responses: Readonly<Record<number, ResponseShape>>;
}

/** A route with a credential; `caller` is who it belongs to. */
export interface PrivateRoute<P extends TSchema, Q extends TSchema, B extends TSchema>
  extends RouteShape<P, Q, B> {
  readonly access: KeyAccess;
  handle(caller: Caller, input: Input<P, Q, B>): Promise<Reply> | Reply;
  /** Of a WebSocket: judges the request, while its answer is still one of HTTP. */
  socket?(caller: Caller, input: Input<P, Q, B>): Promise<StartStream>;
}

/** A route open to everybody. */
export interface PublicRoute extends RouteShape<TSchema, TSchema, TSchema> {
  readonly access: 'public';
  handle(ops: Operations): Promise<Reply> | Reply;
}

/** A route for pages; `page` is whose token it came with. The body is parsed, and checked by the operation. */
export interface PageRoute extends RouteShape<TSchema, TSchema, TSchema> {
  readonly access: 'browser-token';
  handle(page: PageSource, input: { readonly ops: Operations; readonly body: unknown }): Promise<Reply>;
}

/** Where an attempt to sign in comes from. */
export interface SignInSource {
  readonly address: string;
  /** The browser speaks TLS, so its cookie must not travel without. */
  readonly secure: boolean;
}

/** A route that begins a session. */
export interface SignInRoute<B extends TSchema> extends RouteShape<TSchema, TSchema, B> {
  readonly access: 'sign-in';
  handle(
    source: SignInSource,
    input: { readonly ops: Operations; readonly body: Static<B> },
  ): Promise<Reply> | Reply;
}

/** A route on the way to the identity provider or back. Its query is the provider's, and judged by the operation. */
export interface VisitRoute extends RouteShape<TSchema, TSchema, TSchema> {
  readonly access: 'identity-provider';
  handle(visit: OidcVisit, ops: Operations): Promise<Reply>;
}

/** Any route, as the app registers it. */
export type AnyRoute =
  | VisitRoute
  | PrivateRoute<TSchema, TSchema, TSchema>
  | PublicRoute
  | PageRoute
  | SignInRoute<TSchema>;

/** Declares a route with types inferred from its schemas. */
export function route<P extends TSchema, Q extends TSchema, B extends TSchema>(
  definition: PrivateRoute<P, Q, B>,
): AnyRoute {
  // Method parameters are bivariant: the app only ever passes what the same definition's schemas have validated.
  return definition as unknown as AnyRoute;
}

/** Declares a route that needs no credential. */
export function publicRoute(definition: PublicRoute): AnyRoute {
  return definition;
}

/** Declares a route for pages of other origins. */
export function pageRoute(definition: PageRoute): AnyRoute {
  return definition;
}

/** Declares a route on the way to the identity provider or back. */
export function visitRoute(definition: VisitRoute): AnyRoute {
  return definition;
}

/** Declares a route that begins a session. */
export function signInRoute<B extends TSchema>(definition: SignInRoute<B>): AnyRoute {
  return definition as unknown as AnyRoute;
}
