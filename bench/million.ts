import { prepareLoad } from './load/start-load.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** A folder filled over HTTP at full speed, with what was seen on the way. */
export interface Million {
  readonly events: number;
  readonly server: ServerProcess;
  /** Resident memory in MB after each tenth of the events. */
  readonly residentMb: readonly number[];
  readonly seconds: number;
}

const PARTS = 10;
const EVENT_BYTES = 540;

/**
 * Fills a fresh server with `events` events of 540 bytes in batches of 500; each tenth is sent by a process of its own.
 *
 * @param environment further settings of the server: another store
 */
export async function fillMillion(
  events: number,
  say: (line: string) => void,
  environment: Readonly<Record<string, string>> = {},
): Promise<Million> {
  const server = await startServerProcess({ environment });
  const residentMb: number[] = [];
  let seconds = 0;
  for (let part = 0; part < PARTS; part++) {
    const go = await prepareLoad({
      url: server.url,
      key: server.key,
      events: events / PARTS,
      batch: 500,
      connections: 4,
      eventBytes: EVENT_BYTES,
      seed: 1_000 + part,
      startMs: Date.UTC(2026, 0, 1) + part * (events / PARTS) * 50,
    });
    const result = await go();
    if (result.accepted !== events / PARTS)
      throw new Error(`not all accepted: ${JSON.stringify(result.statuses)}`);
    seconds += result.seconds;
    residentMb.push(server.residentMb());
    say(
      `filled ${(part + 1) * (events / PARTS)} events, ${Math.round(residentMb.at(-1) as number)} MB resident`,
    );
  }
  return { events, server, residentMb, seconds };
}
