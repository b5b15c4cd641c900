import { CliError } from '../cli-error.ts';
import { clientFor, type ServerOptions } from '../command-context.ts';
import type { ApiClient } from '../connection/api-client.ts';
import { ApiError } from '../connection/api-error.ts';
import {
  CHECKPOINT_AGE_MS_WARN,
  CLOCK_SKEW_MS_FAIL,
  CLOCK_SKEW_MS_WARN,
  SEARCH_LAG_EVENTS_WARN,
} from '../limits.ts';
import { formatCount, formatDuration } from '../terminal/quantity.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** Reachability, readiness, clock against the server's, key, age of the newest checkpoint, lag of the search. */
export async function checkServer(options: ServerOptions): Promise<readonly Check[]> {
  let client: ApiClient;
  try {
    client = clientFor(options);
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

/** What `/ready` says, as far as this version understands it; components it does not know are shown as they are. */
async function checkReadiness(client: ApiClient): Promise<readonly Check[]> {
  let body: Readonly<Record<string, unknown>>;
  let isReady = true;
  try {
    body = await client.json('/ready', { retry: 'never' });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 503) throw error;
    isReady = false;
    body = { detail: error.message };
  }
  const components = Object.entries(
    (body.components ?? {}) as Readonly<Record<string, { status?: string; detail?: string }>>,
  );
  const bad = components.filter(
    ([, component]) => component.status !== undefined && !/^(ok|up|ready)$/.test(component.status),
  );
  const checks: Check[] = [
    isReady && bad.length === 0
      ? ok('ready', components.length === 0 ? 'yes' : components.map(([name]) => name).join(', '))
      : fail(
          'ready',
          bad.length === 0
            ? String(body.detail)
            : bad.map(([name, one]) => `${name}: ${one.detail ?? one.status}`).join('; '),
          'Look at the log of the server.',
        ),
  ];
  const lag = numberIn(body, 'search_lag_events') ?? numberIn(body, 'lag_events') ?? numberIn(body, 'lag');
  if (lag !== undefined) {
    checks.push(
      lag <= SEARCH_LAG_EVENTS_WARN
        ? ok('search', `${formatCount(lag)} events behind`)
        : warn(
            'search',
            `${formatCount(lag)} events behind`,
            'Full text finds them later. If it grows, the machine is too busy; deleting search.db rebuilds it.',
          ),
    );
  }
  return checks;
}

/** First number under a name, at any depth. */
function numberIn(value: unknown, name: string): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (key === name && typeof member === 'number') return member;
    const found = numberIn(member, name);
    if (found !== undefined) return found;
  }
  return undefined;
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
