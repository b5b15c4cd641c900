import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerificationReport } from '@attestry/core';
import type { CommandContext } from '../command-context.ts';
import { ApiClient, sleep } from '../connection/api-client.ts';
import { verifyTenant } from '../data-folder.ts';
import type { EventPage, EventView } from '../event-view.ts';
import { ExitCode } from '../exit-code.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { startProgress } from '../terminal/progress.ts';
import { counted } from '../terminal/quantity.ts';
import { line, note, type Terminal } from '../terminal/terminal.ts';
import { renderReport } from '../terminal/verification-report.ts';
import { version } from '../version.ts';
import { DemoTenant } from './demo-events.ts';
import { DemoServer } from './demo-server.ts';
import { flipByte } from './flip-byte.ts';

const TENANTS = ['acme', 'globex', 'initech'] as const;
/** Ctrl-C, a stop, a terminal that is closed: each one cleans up. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const TICK_MS = 250;
const EVENTS_PER_TICK = 12;

interface DemoOptions {
  readonly fast: boolean;
  readonly json: boolean;
}

interface Workplace {
  readonly tenant: DemoTenant;
  readonly client: ApiClient;
}

/**
 * The demo: generate, find, follow, verify, damage a copy, verify again. Exit 0 only when the damage was found: a demo
 * that does not show its point has failed.
 */
export async function runDemo(context: CommandContext, options: DemoOptions): Promise<ExitCode> {
  const { terminal } = context;
  const folder = mkdtempSync(join(tmpdir(), 'attestry-demo-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  // With --json the story goes to stderr and stdout has the result alone.
  const stage: Terminal = options.json
    ? { ...terminal, stdout: terminal.stderr, colour: terminal.errorColour }
    : terminal;
  let server: DemoServer | undefined;
  try {
    const dataDir = join(folder, 'data');
    await heading(stage, '1', 'A server in a temporary folder');
    server = await DemoServer.start(dataDir);
    await line(stage, `   ${server.url}, data in ${dataDir}`);
    const places = await openTenants(server.url, dataDir);
    const generated = await generate(stage, places, options, stop.signal);
    const [acme] = places;
    if (acme === undefined) throw new Error('the demo has no organisation');
    stop.signal.throwIfAborted();
    const culprit = await tour(stage, acme, context.run);
    stop.signal.throwIfAborted();
    await server.stop();
    const reports = await damage(stage, folder, culprit);
    await farewell(stage);
    const isShown = reports.before.ok && !reports.after.ok;
    if (options.json) {
      await line(
        terminal,
        safeJson({
          ok: isShown,
          events: generated,
          tenants: TENANTS,
          tampered: { event_id: culprit.id, seq: culprit.seq },
          ...reports,
        }),
      );
    }
    return isShown ? ExitCode.done : ExitCode.finding;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    await note(terminal, 'stopped; nothing is left behind');
    return ExitCode.finding;
  } finally {
    await server?.stop();
    removeFolder();
    for (const name of STOP_SIGNALS) process.off(name, onSignal);
  }
}

async function openTenants(url: string, dataDir: string): Promise<readonly Workplace[]> {
  const { key } = JSON.parse(readFileSync(join(dataDir, 'cli.json'), 'utf8')) as { key: string };
  const admin = new ApiClient({ url, key, keySource: 'demo', urlSource: 'demo' }, version);
  const random = randomNumbers(20_261_121);
  const places: Workplace[] = [];
  for (const id of TENANTS) {
    await admin.json('/v1/tenants', { method: 'POST', body: { id } });
    const { token } = await admin.json<{ token: string }>('/v1/keys', {
      method: 'POST',
      body: { name: 'demo', roles: ['admin'] },
      query: [['tenant', id]],
    });
    const client = new ApiClient({ url, key: token, keySource: 'demo', urlSource: 'demo' }, version);
    places.push({ tenant: new DemoTenant(id, random), client });
  }
  return places;
}

/** A minute of work at three places; the break-in happens at the first one when most of it is over. */
async function generate(
  stage: Terminal,
  places: readonly Workplace[],
  options: DemoOptions,
  signal: AbortSignal,
): Promise<number> {
  const ticks = options.fast ? 8 : 60_000 / TICK_MS;
  const total = ticks * EVENTS_PER_TICK * places.length;
  await heading(stage, '2', `Three organisations work for ${options.fast ? 'a moment' : 'a minute'}`);
  const progress = await startProgress(stage, { label: '  ', unit: 'events', total });
  let sent = 0;
  for (let tick = 0; tick < ticks && !signal.aborted; tick += 1) {
    const dueAtMs = Date.now() + (options.fast ? 50 : TICK_MS);
    await Promise.all(
      places.map(async ({ tenant, client }, index) => {
        const isBreakIn = index === 0 && tick === Math.floor(ticks * 0.75);
        const events = [
          ...Array.from({ length: EVENTS_PER_TICK }, () => tenant.next()),
          ...(isBreakIn ? tenant.breakIn() : []),
        ];
        await client.json('/v1/events', { method: 'POST', body: { events }, retry: 'patient', signal });
        sent += events.length;
      }),
    );
    progress.update(sent);
    await sleep(Math.max(dueAtMs - Date.now(), 0), signal);
  }
  progress.stop();
  await line(
    stage,
    `   ${counted(sent, 'event')} of ${TENANTS.join(', ')}, each one durable before it was acknowledged`,
  );
  return sent;
}

/** Finds the failed login, follows its session, verifies: with the very commands a person would type. */
async function tour(stage: Terminal, { client }: Workplace, run: CommandContext['run']): Promise<EventView> {
  const { url, key } = client.connection;
  const type = async (...words: readonly string[]): Promise<void> => {
    const shown = words.map((word) => (/^[\w@.:/=*-]+$/.test(word) ? word : `"${word}"`)).join(' ');
    await line(stage, stage.colour.dim(`   $ attestry ${shown}`));
    // The demo leaves nothing behind, no memory of its server either.
    const forget = words[0] === 'verify' ? ['--no-remember'] : [];
    await run([...words, ...forget, '--url', url, '--key', key], stage);
    await line(stage);
  };
  await heading(stage, '3', 'acme: somebody guesses passwords');
  const filter = ['--type', 'user.login.failure', '--ip', '203.0.113.0/24'];
  await type('query', ...filter, '--limit', '5');
  const page = await client.json<EventPage>('/v1/events', {
    query: [
      ['type', 'user.login.failure'],
      ['ip', '203.0.113.66'],
      ['limit', '1'],
    ],
  });
  const culprit = page.events[0];
  if (culprit === undefined) throw new Error('the break-in of the demo is not in the log');
  await heading(stage, '4', 'Follow the session of the last attempt');
  await type('get', culprit.id, '--context', 'session', '--before', '4', '--after', '6');
  await heading(stage, '5', 'Is the log as it was recorded?');
  await type('verify');
  return culprit;
}

/** Verifies the folder, changes one byte of a copy of it, verifies the copy. */
async function damage(
  stage: Terminal,
  folder: string,
  culprit: EventView,
): Promise<{ readonly before: VerificationReport; readonly after: VerificationReport }> {
  await heading(stage, '6', 'Now with the power of the operator: change one byte in a copy of the files');
  const dataDir = join(folder, 'data');
  const copy = join(folder, 'copy');
  cpSync(dataDir, copy, { recursive: true });
  const before = await verifyTenant({ dataDir: copy, tenant: 'acme' });
  const flipped = await flipByte(copy, culprit.id);
  await line(
    stage,
    `   ${flipped.file}, byte ${flipped.offset}: ${flipped.before} becomes ${flipped.after} in the record of the failed login`,
  );
  const after = await verifyTenant({ dataDir: copy, tenant: 'acme' });
  await line(stage, stage.colour.dim('   $ attestry verify --data copy --tenant acme'));
  await line(stage, renderReport(after, stage));
  return { before, after };
}

async function farewell(stage: Terminal): Promise<void> {
  await line(stage);
  await line(
    stage,
    `${stage.colour.bold('Go on:')} attestry serve            your own log, in ./attestry-data`,
  );
  await line(stage, '       attestry import --help    bring in what you have');
  await line(stage, '       attestry --help           everything else');
}

async function heading(stage: Terminal, number: string, text: string): Promise<void> {
  await line(stage, `\n${stage.colour.cyan(number)}  ${stage.colour.bold(text)}`);
}

/** mulberry32: small, seeded, good enough for made-up people. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
