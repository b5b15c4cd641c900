import {
  createSeededRandom,
  createSettableClock,
  generateEvent,
  incomingEvent,
  incomingEvents,
} from '@attestry/testkit';
import { describe, expect, it } from 'vitest';
import { OverloadedError } from '../src/errors.ts';
import { nodeCrypto } from '../src/keys/node-crypto.ts';
import { systemRandom } from '../src/keys/random-pool.ts';
import { LogTiles } from '../src/reading/log-tiles.ts';
import { OpenLog } from '../src/sequencer/open-log.ts';
import { audit, events, openLedger, receiptsOf, temporaryFolder } from './temporary-ledger.ts';

describe('appending', () => {
  it('numbers many concurrent calls of several tenants without gaps, each log in its own order', async () => {
    const embedded = await openLedger(temporaryFolder());
    const tenants = ['acme', 'globex', 'initech'];
    for (const tenant of tenants) await embedded.ledger.createLog(tenant);
    const calls = Array.from({ length: 60 }, async (_, i) => {
      const tenant = tenants[i % 3] as string;
      const results = await embedded.ledger.append(tenant, events(100 + i, 1 + (i % 9), tenant));
      return { tenant, receipts: receiptsOf(results) };
    });
    const answers = await Promise.all(calls);
    for (const tenant of tenants) {
      const receipts = answers
        .filter((answer) => answer.tenant === tenant)
        .flatMap((answer) => answer.receipts);
      expect(await audit(embedded, tenant, receipts)).toBe(receipts.length + 1);
    }
    for (const { receipts } of answers) {
      const seqs = receipts.map(({ seq }) => seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    }
  });

  it('trap 6: goes on with the stored chain after a restart', async () => {
    const dataDir = temporaryFolder();
    const first = await openLedger(dataDir);
    await first.ledger.createLog('acme');
    const before = receiptsOf(await first.ledger.append('acme', events(1, 300)));
    await first.close();
    const second = await openLedger(dataDir);
    const after = receiptsOf(await second.ledger.append('acme', events(2, 300)));
    expect(after[0]?.seq).toBe(301);
    expect(await audit(second, 'acme', [...before, ...after])).toBe(601);
  });

  it('trap 7: somebody else who moves the head costs a repetition, never a fork', async () => {
    const embedded = await openLedger(temporaryFolder());
    const { ledger, stores } = embedded;
    await ledger.createLog('acme');
    const ours = receiptsOf(await ledger.append('acme', events(1, 3)));
    // Another process with the same database: reads the head and appends a record of its own.
    const head = await stores.ledger.readHead('acme');
    if (head === undefined) throw new Error('no head');
    const partials = await new LogTiles(stores.ledger, nodeCrypto).partials('acme', head.size);
    const other = new OpenLog({ crypto: nodeCrypto, random: systemRandom }, head, partials);
    const statement = {
      type: 'policy',
      dataJson: '{"policy":"other"}',
      seals: [],
      settle: () => undefined,
    } as const;
    const { append } = other.link([statement], Date.now());
    expect(await stores.ledger.append([append])).toEqual({ kind: 'committed' });

    const later = receiptsOf(await ledger.append('acme', events(2, 3)));
    expect(later.map(({ seq }) => seq)).toEqual([5, 6, 7]);
    expect(await audit(embedded, 'acme', [...ours, ...later])).toBe(8);
  });

  it('trap 8: the time of the log never goes back when the clock does', async () => {
    const clock = createSettableClock(Date.UTC(2026, 5, 1, 12));
    const embedded = await openLedger(temporaryFolder(), { clock: clock.now });
    await embedded.ledger.createLog('acme');
    const [first] = receiptsOf(await embedded.ledger.append('acme', events(1, 1)));
    clock.advance(-3_600_000);
    const [second] = receiptsOf(await embedded.ledger.append('acme', events(2, 1)));
    clock.advance(3_600_001);
    const [third] = receiptsOf(await embedded.ledger.append('acme', events(3, 1)));
    expect(second?.recorded_at).toBe(first?.recorded_at);
    expect(third?.recorded_at).toBe('2026-06-01T12:00:00.001Z');
  });

  it('creates a log once, however many ask at the same time', async () => {
    const embedded = await openLedger(temporaryFolder());
    const heads = await Promise.all(Array.from({ length: 8 }, () => embedded.ledger.createLog('acme')));
    expect(new Set(heads.map(({ size }) => size))).toEqual(new Set([1]));
    expect((await embedded.ledger.createLog('acme')).size).toBe(1);
    await expect(embedded.ledger.append('nobody', events(1, 1, 'nobody'))).rejects.toMatchObject({
      code: 'log_unknown',
    });
  });
});

describe('events with a known id', () => {
  it('trap 18: the same event is a duplicate, another actor or outcome is a conflict', async () => {
    const embedded = await openLedger(temporaryFolder());
    await embedded.ledger.createLog('acme');
    const [event] = events(1, 1);
    if (event === undefined) throw new Error('no event');
    const [first] = receiptsOf(await embedded.ledger.append('acme', [event]));
    const results = await embedded.ledger.append('acme', [
      event,
      {
        ...event,
        event: { ...event.event, actor: { ...event.event.actor, type: 'user', id: 'somebody-else' } },
      },
      { ...event, event: { ...event.event, action: { ...event.event.action, status: 'denied' } } },
    ]);
    expect(results[0]).toEqual({ kind: 'receipt', receipt: { ...first, duplicate: true } });
    expect(results[1]).toMatchObject({ kind: 'refused', code: 'id_conflict', path: '/id' });
    expect(results[2]).toMatchObject({ kind: 'refused', code: 'id_conflict', path: '/id' });
    expect(await audit(embedded, 'acme', first === undefined ? [] : [first])).toBe(2);
  });

  it('are compared with each other when they come together', async () => {
    const embedded = await openLedger(temporaryFolder());
    await embedded.ledger.createLog('acme');
    const [event] = events(1, 1);
    if (event === undefined) throw new Error('no event');
    const other = { ...event, event: { ...event.event, severity: 'critical' as const } };
    const results = await embedded.ledger.append('acme', [event, event, other]);
    expect(
      results.map((result) => (result.kind === 'receipt' ? result.receipt.duplicate : result.code)),
    ).toEqual([false, true, 'id_conflict']);
  });

  it('ignores who sent it and a time that the server filled in', async () => {
    const embedded = await openLedger(temporaryFolder());
    await embedded.ledger.createLog('acme');
    const [event] = events(1, 1);
    if (event === undefined) throw new Error('no event');
    const sent = { ...event, defaulted: ['occurred_at'] as const };
    const again = {
      ...sent,
      event: { ...sent.event, occurred_at: '2026-02-02T00:00:00.000Z', received_from: 'another-key' },
    };
    receiptsOf(await embedded.ledger.append('acme', [sent]));
    expect(receiptsOf(await embedded.ledger.append('acme', [again]))[0]?.duplicate).toBe(true);
  });

  it('answers a second import of thousands without writing anything', async () => {
    const embedded = await openLedger(temporaryFolder());
    await embedded.ledger.createLog('acme');
    const sent = events(1, 900);
    const first = receiptsOf(await embedded.ledger.append('acme', sent));
    const second = receiptsOf(await embedded.ledger.append('acme', sent.toReversed())).toReversed();
    expect(second).toEqual(first.map((receipt) => ({ ...receipt, duplicate: true })));
    expect((await embedded.ledger.head('acme'))?.size).toBe(901);
  });
});

describe('limits', () => {
  it('refuses a record that is too large, and only that', async () => {
    const embedded = await openLedger(temporaryFolder());
    await embedded.ledger.createLog('acme');
    const random = createSeededRandom(1);
    const large = incomingEvent('acme', { ...generateEvent(random), metadata: { note: 'é'.repeat(30_000) } });
    const sent = [...incomingEvents(random, 'acme', 2), large, ...incomingEvents(random, 'acme', 2)];
    const results = await embedded.ledger.append('acme', sent);
    expect(results[2]).toMatchObject({ kind: 'refused', code: 'record_too_large' });
    expect(await audit(embedded, 'acme', receiptsOf(results.toSpliced(2, 1)))).toBe(5);
  });

  it('trap 21: answers a full queue with when to come back, and loses nothing that it took', async () => {
    const embedded = await openLedger(temporaryFolder(), { queueEventsMax: 100 });
    await embedded.ledger.createLog('acme');
    await embedded.ledger.createLog('globex');
    const calls = Array.from({ length: 20 }, (_, i) => embedded.ledger.append('acme', events(i, 10)));
    const answering = Promise.allSettled(calls);
    // One tenant has at most half of the queue; the other still gets in.
    const neighbour = await embedded.ledger.append('globex', events(99, 10, 'globex'));
    expect(receiptsOf(neighbour)).toHaveLength(10);
    const answers = await answering;
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBe(15);
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(OverloadedError);
      expect(reason).toMatchObject({ retryAfterS: 1 });
    }
    const receipts = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? receiptsOf(answer.value) : [],
    );
    expect(await audit(embedded, 'acme', receipts)).toBe(51);
    expect(embedded.ledger.status().queue.events).toBe(0);
  });

  it('finishes what was accepted when it is closed, and takes nothing more', async () => {
    const dataDir = temporaryFolder();
    const embedded = await openLedger(dataDir);
    await embedded.ledger.createLog('acme');
    const calls = Array.from({ length: 10 }, (_, i) => embedded.ledger.append('acme', events(i, 20)));
    const closing = embedded.close();
    await expect(embedded.ledger.append('acme', events(50, 1))).rejects.toMatchObject({ code: 'closing' });
    const receipts = (await Promise.all(calls)).flatMap(receiptsOf);
    await closing;
    const reopened = await openLedger(dataDir);
    expect(await audit(reopened, 'acme', receipts)).toBe(201);
    expect((await reopened.ledger.latestCheckpoint('acme'))?.size).toBe(201);
  });
});
