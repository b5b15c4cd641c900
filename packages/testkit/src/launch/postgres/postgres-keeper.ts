/**
 * Keeps one PostgreSQL server for all test files of a run: `node postgres-keeper.ts VERSION SOCKET`. Whoever connects to
 * the socket is told the server's port and keeps the connection for as long as it needs the server. Ends by itself.
 */
import { mkdtempSync, statfsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { PostgresVersion } from './postgres-binaries.ts';
import { startPostgres } from './postgres-server.ts';

/** Between two test files nobody is connected. */
const idleMsMax = 5_000;

/** What a run of the tests leaves on this server at a time, several times over. */
const memoryBytesMin = 4 * 1024 ** 3;

const [version, socketPath] = process.argv.slice(2);
const users = new Set<Socket>();
const doors = createServer();

// Whoever is first has the socket; a second keeper ends here.
doors.listen(socketPath);
doors.once('error', () => process.exit(0));
doors.once('listening', () => {
  keep().catch(() => process.exit(1));
});

/** What is on this server outlives no run: where there is memory for it, nobody waits for a disk. */
function folderInMemory(): { readonly folder?: string } {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize < memoryBytesMin) return {};
    return { folder: mkdtempSync('/dev/shm/attestry-postgres-') };
  } catch {
    return {}; // There is none.
  }
}

async function keep(): Promise<void> {
  const started = startPostgres({
    version: Number(version) as PostgresVersion,
    settings: { max_connections: '200', max_wal_size: '256MB' },
    ...folderInMemory(),
  });
  const answer = started.then(
    ({ port }) => `${JSON.stringify({ port })}\n`,
    (error: unknown) => `${JSON.stringify({ error: String(error) })}\n`,
  );
  let timer: NodeJS.Timeout | undefined;
  const leaveWhenIdle = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (users.size > 0) return;
      doors.close();
      void started.then((server) => server.remove()).finally(() => process.exit(0));
    }, idleMsMax);
  };
  doors.on('connection', (socket) => {
    users.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      users.delete(socket);
      leaveWhenIdle();
    });
    void answer.then((text) => socket.write(text));
  });
  leaveWhenIdle();
}
