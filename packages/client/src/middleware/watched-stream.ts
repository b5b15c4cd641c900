/** How an answer ended: whole, by the client going away, or by the app itself in the middle. */
export type Ending = 'complete' | 'client_left' | 'cut_off';

/** Told how a stream goes; neither may throw. */
export interface StreamWatcher {
  chunk?(bytes: Uint8Array): void;
  end(ending: Ending, error?: unknown): void;
}

/** The same stream, which tells when it ends: read to its end, given up by its reader, or broken at its source. */
export function watchStream(
  body: ReadableStream<Uint8Array>,
  watcher: StreamWatcher,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            controller.close();
            watcher.end('complete');
          } else {
            controller.enqueue(value);
            watcher.chunk?.(value);
          }
        } catch (error) {
          watcher.end('cut_off', error);
          controller.error(error);
        }
      },
      cancel(reason) {
        watcher.end('client_left');
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
