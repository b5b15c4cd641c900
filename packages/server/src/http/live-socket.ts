import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import { ApiError } from '../errors/api-error.ts';
import type { LiveFrame } from '../live/live-streams.ts';
import type { StartStream } from '../operations/open-stream.ts';

/** Name of what is spoken on the socket. */
export const LIVE_PROTOCOL = 'attestry.live.v1';

/** "Try again later" of the registry of close codes: come back, from the place named in the last message. */
const COME_BACK = 1013;
/** "Unsupported data": readers have nothing to say. */
const NOTHING_TO_SAY = 1003;

/** Sends a stream over a WebSocket, one message per event, each when the one before is on its way. */
export async function sendLive(
  socket: WebSocket,
  start: StartStream,
  logger: FastifyBaseLogger,
): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  socket.on('message', () => socket.close(NOTHING_TO_SAY, 'nothing is to be sent here'));
  try {
    for await (const frame of start(gone.signal)) {
      for (const message of messagesOf(frame)) await send(socket, message);
      if (frame.kind === 'resume') socket.close(COME_BACK, frame.reason);
    }
    if (!gone.signal.aborted) socket.close(COME_BACK);
  } catch (error) {
    if (gone.signal.aborted) return;
    if (error instanceof ApiError) {
      socket.close(COME_BACK, error.message.slice(0, 120));
      return;
    }
    logger.error({ err: error }, 'a stream broke');
    socket.close(1011, 'the server made a mistake');
  } finally {
    gone.abort();
  }
}

/** Resolves when the socket has taken it: a reader that takes nothing is sent nothing. */
function send(socket: WebSocket, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, (error) => (error == null ? resolve() : reject(error)));
  });
}

function messagesOf(frame: LiveFrame): readonly string[] {
  switch (frame.kind) {
    case 'events':
      return frame.events.map(({ seq, json }) => `{"type":"event","seq":${seq},"event":${json}}`);
    case 'heartbeat':
      return [JSON.stringify({ type: 'heartbeat', seq: frame.seq, behind: frame.behind })];
    case 'resume':
      return [JSON.stringify({ type: 'resume', seq: frame.seq, reason: frame.reason })];
  }
}
