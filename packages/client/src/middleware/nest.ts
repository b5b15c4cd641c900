import {
  type CallHandler,
  type DynamicModule,
  type ExecutionContext,
  Inject,
  type MiddlewareConsumer,
  Module,
  type NestInterceptor,
  type NestModule,
  SetMetadata,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { type Observable, tap } from 'rxjs';
import type { EventInput } from '../event/event-input.ts';
import { attestry, type ExpressRequest } from './express.ts';
import { noteOf } from './noted-request.ts';
import type { MiddlewareOptions } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

const AUDIT = 'attestry:event';

/** Says what the event of a handler is: `@Audit({ type: 'invoice.approved' })`. Its requests are always recorded. */
export function Audit(event: Partial<EventInput>): MethodDecorator & ClassDecorator {
  return SetMetadata(AUDIT, event);
}

interface HandledRequest extends ExpressRequest {
  readonly raw?: ExpressRequest;
  readonly routeOptions?: { readonly url?: string };
}

/** Notes what only Nest knows of a request: its handler's `@Audit`, its route under Fastify, and what was thrown. */
class AttestryInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<HandledRequest>();
    const note = noteOf(request.raw ?? request);
    if (note === undefined) return next.handle();
    const event = auditOf(context);
    if (event !== undefined) note.event = event;
    if (request.routeOptions?.url !== undefined) {
      note.route = request.routeOptions.url;
      note.params = request.params ?? {};
    }
    return next.handle().pipe(tap({ error: (error: unknown) => noteError(note, error) }));
  }
}

function auditOf(context: ExecutionContext): Partial<EventInput> | undefined {
  const { getMetadata } = Reflect as { getMetadata?: (key: string, target: object) => unknown };
  const given = getMetadata?.(AUDIT, context.getHandler()) ?? getMetadata?.(AUDIT, context.getClass());
  return given as Partial<EventInput> | undefined;
}

/** Nest's own exceptions are answers (404, 403), not failures of the app. */
function noteError(note: { error?: unknown }, error: unknown): void {
  const { getStatus } = error as { getStatus?: () => number };
  if (typeof getStatus !== 'function' || getStatus.call(error) >= 500) note.error = error;
}

const OPTIONS = Symbol('attestry.options');

/** `imports: [AttestryModule.forRoot({ client })]` in the root module. */
export class AttestryModule implements NestModule {
  readonly #options: MiddlewareOptions<ExpressRequest>;

  constructor(options: MiddlewareOptions<ExpressRequest>) {
    this.#options = options;
  }

  static forRoot(options: MiddlewareOptions<ExpressRequest>): DynamicModule {
    return {
      module: AttestryModule,
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: APP_INTERCEPTOR, useValue: new AttestryInterceptor() },
      ],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(attestry(this.#options)).forRoutes('{*path}');
  }
}

// What `@Module({})` and `@Inject(OPTIONS)` do; decorators are no syntax of the runtime yet.
Module({})(AttestryModule);
Inject(OPTIONS)(AttestryModule, undefined, 0);
