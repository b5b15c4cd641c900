interface Channel {
  publish(message: unknown): void;
}

type Diagnostics = { channel(name: string): Channel };

/** What the client tells of itself on `diagnostics_channel`, for tracers and debuggers. Never holds an event's content. */
export type DiagnosticMessage =
  | { readonly kind: 'sent'; readonly events: number; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly events: number; readonly code: string; readonly durationMs: number }
  | { readonly kind: 'dropped'; readonly id: string; readonly type: string; readonly code: string };

let channel: Channel | undefined;

/**
 * Publishes on the channel `attestry:client` where the runtime has such channels and somebody listens.
 */
export function diagnose(message: DiagnosticMessage): void {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  channel ??= (process?.getBuiltinModule?.('node:diagnostics_channel') as Diagnostics | undefined)?.channel(
    'attestry:client',
  );
  channel?.publish(message);
}
