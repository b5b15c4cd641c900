// What any runtime must be able to do with the installed package. Prints "ok", or throws.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Attestry } from '@attestry/client';
import { loginFailed } from '@attestry/client/events';
import { fileSpool } from '@attestry/client/spool';
import { CollectingClient } from '@attestry/client/testing';

const required = createRequire(import.meta.url)('@attestry/client');
assert.equal(typeof required.Attestry, 'function');
assert.notEqual(required.Attestry, Attestry);

const events = [];
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const batch = JSON.parse(text.toString()).events;
    events.push(...batch);
    const receipts = batch.map(({ id }, seq) => ({ id, seq, hash: '', recorded_at: '', duplicate: false }));
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ receipts }));
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const dir = mkdtempSync(join(tmpdir(), 'attestry-smoke-'));

const audit = new Attestry({ url, key: 'k', spool: fileSpool({ dir }), batchEvents: 500 });
await audit.run({ request_id: 'r-1' }, async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  for (let i = 0; i < 300; i += 1) audit.capture({ type: 'smoke.event', metadata: { password: 'x', i } });
});
// The context is one for both copies of the package.
const other = new required.Attestry({ url, key: 'k' });
audit.run({ request_id: 'r-2' }, () => other.capture({ type: 'smoke.required' }));
const receipt = await audit.captureDurable(loginFailed({ type: 'user', id: 'u-1' }, 'wrong password'));
assert.equal(receipt.id.length, 36);
assert.equal(await audit.flush(), true);
await other.close();
assert.deepEqual(await audit.close(), { unsent: 0 });
const smoke = events.filter(({ type }) => type === 'smoke.event');
assert.equal(smoke.length, 300);
assert.ok(
  smoke.every(({ context, metadata }) => context.request_id === 'r-1' && metadata.password === '[redacted]'),
);
assert.equal(events.find(({ type }) => type === 'smoke.required').context.request_id, 'r-2');
assert.deepEqual(readdirSync(dir), []);
rmSync(dir, { recursive: true });

const collecting = new CollectingClient();
await collecting.track({ type: 'smoke.tracked' }, () => 1);
assert.equal(collecting.events[0].action.status, 'success');
await new Promise((resolve) => server.close(resolve));
process.stdout.write('ok\n');
