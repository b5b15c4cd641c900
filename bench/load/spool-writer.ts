import { Attestry } from '@attestry/client';
import { fileSpool } from '@attestry/client/spool';

/**
 * Captures events with a spool and says `captured`, or sends what an earlier process left and says `sent`.
 * Arguments: folder, address, key, number of events to capture.
 */
const [dir = '', url = '', key = '', count = '0'] = process.argv.slice(2);
const audit = new Attestry({ url, key, spool: fileSpool({ dir }), onError: () => undefined });
for (let n = 0; n < Number(count); n += 1)
  audit.capture({ type: 'drill.event', actor: { type: 'user', id: `u-${n % 100}` }, metadata: { n } });
if (Number(count) > 0) {
  process.send?.('captured');
  setInterval(() => undefined, 60_000);
} else {
  while (!(await audit.flush())) await new Promise((resolve) => setTimeout(resolve, 10));
  process.send?.('sent');
  await audit.close();
  process.disconnect();
}
