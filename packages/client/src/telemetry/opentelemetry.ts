interface OtelContext {
  getValue(
    key: symbol,
  ): { spanContext?(): { readonly traceId: string; readonly spanId: string } } | undefined;
  setValue(key: symbol, value: unknown): OtelContext;
}

/** Where `@opentelemetry/api` 1.x registers itself. */
interface OtelApi {
  readonly context?: { active(): OtelContext; with(context: OtelContext, work: () => void): void };
}

const API = Symbol.for('opentelemetry.js.api.1');
/** Keys of a context: its span, and that no spans shall be made of what happens in it. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

function api(): OtelApi | undefined {
  return (globalThis as { [API]?: OtelApi })[API];
}

/** What an event says of the span that is active, when the app uses OpenTelemetry. Nothing of it is imported. */
export function ofSpan(): object | undefined {
  const span = api()?.context?.active().getValue(SPAN)?.spanContext?.();
  // What is not recorded has an id of zeros.
  return span === undefined || /^0*$/.test(span.traceId)
    ? undefined
    : { context: { trace_id: span.traceId, span_id: span.spanId } };
}

/** Does something that shall not become a span of the app's traces: our own requests. */
export function untraced(work: () => void): void {
  const context = api()?.context;
  if (context === undefined) work();
  else context.with(context.active().setValue(SUPPRESS_TRACING, true), work);
}
