/** Ids of a span (W3C trace context). */
export interface SpanIds {
  readonly trace_id: string;
  readonly span_id: string;
}

interface OtelContext {
  getValue(
    key: symbol,
  ): { spanContext?(): { readonly traceId: string; readonly spanId: string } } | undefined;
}

/** Where `@opentelemetry/api` 1.x registers itself, and the key its spans are kept under in a context. */
const API = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

/** The span that is active, when the app uses OpenTelemetry. Nothing of it is imported. */
export function activeSpan(): SpanIds | undefined {
  const api = (globalThis as { [API]?: { context?: { active?(): OtelContext } } })[API];
  const span = api?.context?.active?.().getValue(SPAN)?.spanContext?.();
  return span === undefined ? undefined : { trace_id: span.traceId, span_id: span.spanId };
}
