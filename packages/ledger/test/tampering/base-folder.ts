import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSeededRandom, incomingEvents, startServerProcess } from '@attestry/testkit';
import { openEmbedded } from '../../src/embedded.ts';

/** Records of the tenant `default`: genesis and the events. */
export const SIZE = 301;

/** A record in the middle, which most cases damage: an event in which every query column and two seals are set. */
export const VICTIM = 137;

const BATCH_EVENTS = 60;
const CHECKPOINT_INTERVAL_MS = 50;

function event(random: { uuid(): string }, n: number): object {
  return {
    id: random.uuid(),
    type: 'document.edited',
    category: 'data',
    severity: 'low',
    occurred_at: new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString(),
    actor: {
      type: 'user',
      id: `u-${n % 7}`,
      name: `Person ${n % 7}`,
      email: `person${n % 7}@example.com`,
      ip_address: `192.0.2.${n % 250}`,
      session_id: `s-${n}`,
      on_behalf_of: { type: 'user', id: `b-${n % 5}`, name: 'Somebody' },
    },
    action: { verb: 'update', status: 'success', description: `edit number ${n}` },
    target: { type: 'document', id: `doc-${n}`, name: 'Quarterly plan' },
    context: {
      project_id: 'p-1',
      request_id: `req-${n}`,
      correlation_id: `cor-${n}`,
      parent_id: random.uuid(),
    },
    http: { method: 'POST', route: '/documents/:id', status_code: 200 },
    ai: { execution_id: `exec-${n}` },
    compliance: { traffic_light_status: 'green' },
  };
}

/**
 * Makes a data folder with a real server: the tenant `default` with SIZE records, several checkpoints and two seals an
 * event, and the tenant `other`.
 *
 * @param store URL of an empty database; the embedded store when absent
 * @returns the folder above the data folder `data`
 */
export async function makeBaseFolder(
  store?: string,
): Promise<{ readonly parent: string; readonly dataDir: string }> {
  const parent = mkdtempSync(join(tmpdir(), 'attestry-tampering-'));
  const dataDir = join(parent, 'data');
  const environment = {
    ATTESTRY_LOG_LEVEL: 'error',
    ATTESTRY_CHECKPOINT_INTERVAL_MS: String(CHECKPOINT_INTERVAL_MS),
    ...(store === undefined ? {} : { ATTESTRY_STORE: store }),
  };
  const server = await startServerProcess({ dataDir, environment });
  const random = createSeededRandom(7);
  for (let first = 0; first < SIZE - 1; first += BATCH_EVENTS) {
    const events = Array.from({ length: BATCH_EVENTS }, (_, i) => event(random, first + i));
    const response = await fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
    await sleep(CHECKPOINT_INTERVAL_MS * 4);
  }
  await server.stop();
  const embedded = await openEmbedded({ dataDir, store });
  await embedded.ledger.createLog('other');
  await embedded.ledger.append('other', incomingEvents(createSeededRandom(8), 'other', 200));
  await embedded.close();
  return { parent, dataDir };
}

/** What the marker of a data folder says the log is called. */
export function logNameOf(dataDir: string): string {
  return (JSON.parse(readFileSync(join(dataDir, 'attestry.json'), 'utf8')) as { log_name: string }).log_name;
}
