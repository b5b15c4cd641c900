import { writeSync } from 'node:fs';
import { argv, stdout } from 'node:process';
import { type AppendResult, type IncomingEvent, OperationalError, openEmbedded } from '@attestry/ledger';
import { incomingEvents } from '../events/event-generator.ts';
import { createSeededRandom } from '../seeded/seeded-random.ts';

// The process that is killed: opens a data folder and appends as fast as it can, in batches of changing sizes, to
// several tenants at once. Every receipt is written to the standard output, synchronously, after it was handed out:
// what the parent has read was acknowledged.

const WRITERS = 4;
const [, , dataDir = '', seedText = '0', tenantList = '', store = ''] = argv;
const tenants = tenantList.split(',');

function say(line: string): void {
  // A full pipe answers EAGAIN; the parent reads all the time, so trying again ends soon.
  for (let rest = Buffer.from(`${line}\n`); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(stdout.fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

const embedded = await openEmbedded({
  dataDir,
  search: false,
  checkpointIntervalMs: 30,
  ...(store === '' ? {} : { store }),
});
for (const tenant of tenants) await embedded.ledger.createLog(tenant);
say('ready');

/** What is refused for the moment, as when other nodes keep writing to the same log, was not acknowledged. */
async function appendOrNot(
  tenant: string,
  events: readonly IncomingEvent[],
): Promise<readonly AppendResult[]> {
  try {
    return await embedded.ledger.append(tenant, events);
  } catch (error) {
    if (store === '' || !(error instanceof OperationalError)) throw error;
    return [];
  }
}

async function write(writer: number): Promise<void> {
  const random = createSeededRandom(Number(seedText) * 1_000 + writer);
  for (;;) {
    const tenant = random.pick(tenants);
    const events = incomingEvents(random, tenant, 1 + random.below(random.chance(0.2) ? 60 : 5), {
      people: 500,
    });
    const results = await appendOrNot(tenant, events);
    const receipts = results.flatMap((result) => (result.kind === 'receipt' ? [result.receipt] : []));
    say(JSON.stringify({ tenant, receipts }));
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
