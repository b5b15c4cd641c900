/** Appends to logs through a sequencer of its own: `node appending-process.ts URL SCHEMA NAME COUNT TENANT...`. */
import { canonicalize } from '@attestry/core';
import { nodeCrypto } from '../../src/keys/node-crypto.ts';
import { systemRandom } from '../../src/keys/random-pool.ts';
import { LogTiles } from '../../src/reading/log-tiles.ts';
import type { Settlement } from '../../src/sequencer/pending-record.ts';
import { Sequencer } from '../../src/sequencer/sequencer.ts';
import { openPostgresStores } from '../../src/stores/postgres/postgres-stores.ts';

const [url = '', schema = '', name = '', count = '0', ...tenants] = process.argv.slice(2);
const stores = await openPostgresStores({ url, schema });
const sequencer = new Sequencer({
  store: stores.ledger,
  tiles: new LogTiles(stores.ledger, nodeCrypto),
  crypto: nodeCrypto,
  random: systemRandom,
  clock: Date.now,
  resolveDuplicates: () => Promise.reject(new Error('there are no events')),
  onCommitted: () => undefined,
  onTrouble: (message, error) => process.stderr.write(`${message}: ${error}\n`),
});
const receipts: unknown[] = [];
for (let n = 0; n < Number(count); n += 1) {
  const answers = tenants.map(async (tenant) => {
    await sequencer.open(tenant);
    const data = { seq: 0, text: `${name} ${n}` };
    const settlement = await new Promise<Settlement>((settle) => {
      sequencer.submit(tenant, [{ type: 'note', dataJson: canonicalize(data), seals: [], settle }]);
    });
    receipts.push({
      tenant,
      text: data.text,
      settlement: settlement.kind,
      seq: 'seq' in settlement && settlement.seq,
    });
  });
  // A few at a time: the other process is to have its turn in between.
  if (n % 4 === 3) await Promise.all(answers);
}
await sequencer.drain();
await stores.close();
process.stdout.write(JSON.stringify(receipts));
