import {
  type CallHandler,
  type CanActivate,
  ConfigurableModuleBuilder,
  type DynamicModule,
  type ExecutionContext,
  Inject,
  Module,
  type NestInterceptor,
  type NestModule,
  type OnApplicationShutdown,
  SetMetadata,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core';
import { Observable, tap } from 'rxjs';
import { Attestry } from '../attestry.ts';
import type { EventInput } from '../event/event-input.ts';
import { attestry, type ExpressRequest } from './express.ts';
import { type ExpressApp, moveLastToFront } from './express-layers.ts';
import { aroundRefusals } from './fastify-refusals.ts';
import { inTime } from './hook-answer.ts';
import { noteOf, type RequestNote } from './noted-request.ts';
import type { MiddlewareOptions } from './request-recorder.ts';

export type { MiddlewareOptions } from './request-recorder.ts';

const AUDIT = 'attestry:event';
/** Longest time that the end of the app waits for its last events. */
const SHUTDOWN_MS_MAX = 5_000;

/** Says what the event of a handler is: `@Audit({ type: 'invoice.approved' })`. Its requests are always recorded. */
export function Audit(event: Partial<EventInput> = {}): MethodDecorator & ClassDecorator {
  return SetMetadata(AUDIT, event);
}

interface HandledRequest extends ExpressRequest {
  /** Of Fastify. */
  readonly raw?: ExpressRequest;
  readonly routeOptions?: { readonly url?: string };
}

/**
 * Notes what only Nest knows of a request: its handler's `@Audit`, and what was thrown. It is a guard as well, because
 * a guard that refuses a request leaves no interceptor to be asked.
 */
class AttestryInterceptor implements NestInterceptor, CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const note = noteIn(context);
    if (note === undefined) return true;
    note.recorded?.run(() => undefined);
    const event = auditOf(context);
    if (event !== undefined) note.event = event;
    const request = context.switchToHttp().getRequest<HandledRequest>();
    if (request.routeOptions?.url !== undefined) {
      note.route = request.routeOptions.url;
      note.params = request.params ?? {};
      note.requestBody = () => request.body;
    }
    return true;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const note = noteIn(context);
    const recorded = note?.recorded;
    if (note === undefined || recorded === undefined) return next.handle();
    // Fastify reads the body between the middleware and here, which loses the context of the request.
    return new Observable((subscriber) =>
      recorded.run(() =>
        next
          .handle()
          .pipe(tap({ error: (error: unknown) => Object.assign(note, { error }) }))
          .subscribe(subscriber),
      ),
    );
  }
}

function noteIn(context: ExecutionContext): RequestNote | undefined {
  if (context.getType() !== 'http') return undefined;
  const request = context.switchToHttp().getRequest<HandledRequest>();
  return noteOf(request.raw ?? request);
}

/** Of the handler and its class, as Nest's own decorators work. */
function auditOf(context: ExecutionContext): Partial<EventInput> | undefined {
  const { getMetadata } = Reflect as { getMetadata?: (key: string, target: object) => object | undefined };
  return getMetadata?.(AUDIT, context.getHandler()) ?? getMetadata?.(AUDIT, context.getClass());
}

/** Options of the module: those of the middleware. */
export type AttestryModuleOptions = MiddlewareOptions<ExpressRequest>;

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<AttestryModuleOptions>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition): DynamicModule => {
      const { providers = [] } = definition;
      return {
        ...definition,
        // The client can be injected everywhere: `constructor(private readonly audit: Attestry)`.
        global: true,
        exports: [Attestry],
        providers: [
          ...providers,
          {
            provide: Attestry,
            useFactory: ({ client }: AttestryModuleOptions) => client,
            inject: [MODULE_OPTIONS_TOKEN],
          },
          { provide: APP_GUARD, useClass: AttestryInterceptor },
          { provide: APP_INTERCEPTOR, useClass: AttestryInterceptor },
        ],
      };
    })
    .build();

/**
 * `imports: [AttestryModule.forRoot({ client })]` in the root module, or `forRootAsync({ inject, useFactory })`. First
 * among the imports, so that it sees what the guards of the others refuse.
 */
export class AttestryModule extends ConfigurableModuleClass implements NestModule, OnApplicationShutdown {
  readonly #options: AttestryModuleOptions;
  readonly #host: HttpAdapterHost;

  constructor(options: AttestryModuleOptions, host: HttpAdapterHost) {
    super();
    this.#options = options;
    this.#host = host;
  }

  /** For all requests: Nest's own routes of middleware end where the global prefix does. */
  configure(): void {
    const { httpAdapter } = this.#host;
    const record = attestry(this.#options);
    httpAdapter.use(record);
    const app = httpAdapter.getInstance<ExpressApp>();
    moveLastToFront(app);
    aroundRefusals(app, ({ raw }, reply, answer) => record(raw, reply.raw, answer));
  }

  /** Nest ends the process when its hooks are done, late or not. The client stays open: others may still use it. */
  async onApplicationShutdown(): Promise<void> {
    await inTime(this.#options.client.flush(), SHUTDOWN_MS_MAX).catch(() => undefined);
  }
}

// What `@Module({})` and `@Inject(MODULE_OPTIONS_TOKEN)` do; decorators are no syntax of the runtime yet.
Module({})(AttestryModule);
Inject(MODULE_OPTIONS_TOKEN)(AttestryModule, undefined, 0);
Inject(HttpAdapterHost)(AttestryModule, undefined, 1);
