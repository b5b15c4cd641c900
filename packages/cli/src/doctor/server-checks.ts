import { CliError } from '../cli-error.ts';
import { clientFor, type ServerOptions } from '../command-context.ts';
import type { ApiClient } from '../connection/api-client.ts';
import { ApiError } from '../connection/api-error.ts';
import { CHECKPOINT_AGE_MS_WARN, CLOCK_SKEW_MS_FAIL, CLOCK_SKEW_MS_WARN } from '../limits.ts';
import { formatCount, formatDuration } from '../terminal/quantity.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** Reachability, readiness, clock against the server's, key, age of the newest checkpoint, lag of the search. */
export async function checkServer(options: ServerOptions, dataDir: string): Promise<readonly Check[]> {
  let client: ApiClient;
  try {
    client = clientFor(options, dataDir);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [warn('server', error.message, error.hint ?? 'Give --url and --key.')];
  }
  let response: Response;
  try {
    response = await client.send('/health');
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [fail('server', error.message, error.hint ?? 'Start it with attestry serve.')];
  }
  await response.body?.cancel();
  const checks: Check[] = [
    ok('server', `${client.connection.url} answers`),
    checkSkew(response.headers.get('date')),
  ];
  checks.push(...(await checkReadiness(client)));
  const key = await checkKey(client);
  checks.push(key);
  if (key.result === 'ok') checks.push(await checkCheckpoint(client));
  return checks;
}

function checkSkew(date: string | null): Check {
  const serverMs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(serverMs))
    return warn(
      'clocks',
      'the server does not tell its time',
      'Is there a proxy that removes the Date header?',
    );
  const skewMs = Math.abs(Date.now() - serverMs);
  // The header has whole seconds.
  if (skewMs < CLOCK_SKEW_MS_WARN) return ok('clocks', 'this machine and the server agree');
  const detail = `this machine and the server are ${formatDuration(skewMs)} apart`;
  const todo = 'Synchronise both clocks; events more than 5 minutes ahead are refused.';
  return skewMs < CLOCK_SKEW_MS_FAIL ? warn('clocks', detail, todo) : fail('clocks', detail, todo);
}

interface Readiness {
  readonly ready: boolean;
  readonly components: Readonly<
    Record<string, { readonly status: 'ok' | 'degraded' | 'down'; readonly detail?: string }>
  >;
}

/** What to do about a component that is not well. */
const COMPONENT_TODO: Readonly<Record<string, string>> = {
  store: 'Look at the log of the server, then at the disk.',
  replica:
    'Queries are refused until it answers. Look at the log of the server, and at ATTESTRY_STORE_READ_URL.',
  search:
    'Full text finds new events later. If it grows, the machine is too busy; deleting search.db rebuilds it.',
  queue: 'More comes in than the disk takes. Clients are told to wait; look at the disk.',
};

/** One line per component of `/ready`: the store, the queue, the lag of the search. */
async function checkReadiness(client: ApiClient): Promise<readonly Check[]> {
  let readiness: Readiness;
  try {
    readiness = await client.json<Readiness>('/ready', { retry: 'never', accepted: [503] });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [fail('ready', error.message, 'Is there a proxy that hides /ready?')];
  }
  return Object.entries(readiness.components).map(([name, { status, detail }]) => {
    if (status === 'ok') return ok(name, name === 'search' ? 'follows the log' : 'well');
    const todo = COMPONENT_TODO[name] ?? 'Look at the log of the server.';
    return status === 'degraded' ? warn(name, detail ?? status, todo) : fail(name, detail ?? status, todo);
  });
}

async function checkKey(client: ApiClient): Promise<Check> {
  const name = 'key';
  try {
    await client.json('/v1/events', { query: [['limit', '1']], retry: 'never' });
    return ok(name, `accepted (from ${client.connection.keySource})`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 403)
      return warn(
        name,
        'accepted, but it may not read events',
        'Use a key with the role auditor or admin to look at the log.',
      );
    return fail(name, error.message, error.hint ?? 'Give another key.');
  }
}

async function checkCheckpoint(client: ApiClient): Promise<Check> {
  const name = 'checkpoint';
  try {
    const latest = await client.json<{ size: number; signed_at: string }>('/v1/checkpoints/latest', {
      retry: 'never',
    });
    const ageMs = Date.now() - Date.parse(latest.signed_at);
    const detail = `${formatCount(latest.size)} records signed ${formatDuration(Math.max(ageMs, 0))} ago`;
    if (ageMs <= CHECKPOINT_AGE_MS_WARN) return ok(name, detail);
    return warn(
      name,
      detail,
      'A log that lives is signed at least once a day. Look at the log of the server.',
    );
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return warn(name, error.message, 'Nothing was signed yet, or this key may not see it.');
  }
}
