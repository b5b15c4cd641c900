import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type AdminStore, type EmbeddedLedger, type LedgerPlace, openEmbedded } from '@attestry/ledger';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { SelfAudit } from './audit/self-audit.ts';
import type { ApiKey } from './auth/api-key.ts';
import { ApiKeys } from './auth/api-keys.ts';
import { BrowserOrigins } from './auth/browser-origins.ts';
import { BrowserTokens } from './auth/browser-tokens.ts';
import { ensureFirstKey, firstKeyNotice } from './auth/first-key.ts';
import { IdentityProvider } from './auth/oidc/identity-provider.ts';
import { Sessions } from './auth/sessions.ts';
import { DEFAULT_TENANT, SYSTEM_TENANT, Tenants } from './auth/tenants.ts';
import { ViewerTokens } from './auth/viewer-tokens.ts';
import { openCache } from './cache/cache.ts';
import { type Config, ConfigError } from './config/config.ts';
import { loadConfig } from './config/load-config.ts';
import { Exporter } from './exports/exporter.ts';
import { buildApp, type HttpTimeouts } from './http/app.ts';
import { damageEvent } from './integrity/damage-event.ts';
import { LogIntegrity } from './integrity/log-integrity.ts';
import { SelfCheck } from './integrity/self-check.ts';
import { STOP_GRACE_MS, STOP_TRANSFERS_MS } from './limits.ts';
import { type LiveOptions, LiveStreams } from './live/live-streams.ts';
import { Metrics } from './metrics/metrics.ts';
import type { Operations } from './operations/operations.ts';
import { sessionEvent } from './operations/sign-in.ts';
import { EventSchemas } from './schemas/event-schemas.ts';
import { SavedSearches } from './searches/saved-searches.ts';
import { SuggestionSamples } from './searches/suggestion-samples.ts';
import { VerifyJobs } from './verify/verify-jobs.ts';
import { startVerifyThread } from './verify/verify-thread.ts';

/** A server that listens. */
export interface RunningServer {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly address: { readonly host: string; readonly port: number };
  /** The first key's token, when this start made it. */
  readonly firstToken: string | undefined;
  /** Stops taking requests, finishes what was accepted, writes the audit of the audit, closes the store. Idempotent. */
  close(): Promise<void>;
}

/** What tests replace. */
export interface ServerOptions {
  readonly logger?: Logger;
  readonly timeouts?: HttpTimeouts;
  readonly consoleDir?: string;
  readonly live?: Pick<LiveOptions, 'heartbeatMs' | 'stallMs'>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly auditWindowMs?: number;
  readonly stopTransfersMs?: number;
  readonly exportReadWindowMs?: number;
}

/** The server as built, before it listens: the app for in-process requests, and what it is made of. */
export interface AssembledServer {
  readonly app: FastifyInstance;
  readonly ops: Operations;
  close(): Promise<void>;
}

function makeLogger(config: Config): Logger {
  // One line per write would wait for the terminal or disk on the event loop; lines are gathered and written behind.
  const destination = pino.destination({ fd: 2, sync: false, minLength: 0 });
  return pino(
    { level: config.logLevel, base: null, redact: ['req.headers', 'headers.authorization', 'token', 'key'] },
    destination,
  );
}

/** The master key as text, from wherever the configuration says; `undefined`: the file in the data folder. */
async function readMasterKey(config: Config): Promise<{ readonly masterKey?: string }> {
  if (config.masterKey !== undefined) return { masterKey: config.masterKey };
  if (config.masterKeyFile === undefined) return {};
  return { masterKey: (await readFile(config.masterKeyFile, 'utf8')).trim() };
}

function openLedger(config: Config, source: LedgerPlace, logger: Logger): Promise<EmbeddedLedger> {
  return openEmbedded({
    ...source,
    logName: config.logName,
    batchSize: config.batchSize,
    batchIntervalMs: config.batchIntervalMs,
    checkpointIntervalMs: config.checkpointIntervalMs,
    acceptRollback: config.acceptRollback,
    logger,
  });
}

/** Opens the store and puts the operations and the app together. The only place that chooses a store. */
export async function assembleServer(config: Config, options: ServerOptions = {}): Promise<AssembledServer> {
  const logger = options.logger ?? makeLogger(config);
  const source: LedgerPlace = {
    dataDir: resolve(config.dataDir),
    store: config.store,
    readStore: config.storeReadUrl,
    schema: config.storeSchema,
    ...(await readMasterKey(config)),
    ...(config.signingKeyFile === undefined ? {} : { signingKeyFile: config.signingKeyFile }),
  };
  const embedded = await openLedger(config, source, logger);
  try {
    return await assembleOver(embedded, { config, source, logger, options });
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

interface Surroundings {
  readonly config: Config;
  readonly source: LedgerPlace;
  readonly logger: Logger;
  readonly options: ServerOptions;
}

/** What is held in memory of the settings, and read again when another node has changed some. */
async function holdSettings(
  { ledger: { admin }, settings }: EmbeddedLedger,
  now: () => number,
): Promise<Pick<Operations, 'tenants' | 'keys' | 'browserOrigins' | 'schemas'>> {
  const held = {
    tenants: await Tenants.open(admin),
    keys: await ApiKeys.open(admin, now),
    browserOrigins: await BrowserOrigins.open(admin, now),
    schemas: await EventSchemas.open(admin),
  };
  for (const one of Object.values(held)) settings.onChange(one.kind, () => one.reload());
  return held;
}

/** The sessions of the console; one that ends by time is told to the log. */
function openSessions(
  store: AdminStore,
  keys: ApiKeys,
  { audit, config, logger, now }: { audit: SelfAudit; config: Config; logger: Logger; now: () => number },
): Promise<Sessions> {
  return Sessions.open({
    store,
    keys,
    now,
    ...config.session,
    oidcRules: (config.oidc?.rules ?? []).map(({ text }) => text),
    onExpired: (key, session) => {
      const event = sessionEvent(key, session, { type: 'user.session.expired', verb: 'logout' });
      audit.record(key.tenant, event).catch((error: unknown) => {
        logger.error({ err: error }, 'the end of a session could not be recorded');
      });
    },
    onTrouble: (error) => logger.error({ err: error }, 'a session could not be written'),
  });
}

interface VerificationParts extends Pick<Surroundings, 'source' | 'logger'> {
  readonly metrics: Metrics;
  readonly integrity: LogIntegrity;
  readonly audit: SelfAudit;
  readonly now: () => number;
}

/** Verifications: what they find is known from then on, and the log of what was found damaged tells of it. */
function openVerifications(
  { ledger, presence, clockSkewMs }: EmbeddedLedger,
  { source, metrics, integrity, audit, logger, now }: VerificationParts,
): Promise<VerifyJobs> {
  return VerifyJobs.open({
    store: ledger.admin,
    nodes: presence,
    run: (target, onProgress) =>
      startVerifyThread({ source, clockSkewMs: clockSkewMs(), ...target }, onProgress),
    now,
    onFailure: () => metrics.countVerifyFailure(),
    note: (tenant, job) => integrity.noteVerified(tenant, job),
    onDamage: async (tenant, job) => {
      logger.error({ tenant, job: job.id }, 'the log is damaged; see the report of this verification');
      await audit.record(tenant, damageEvent(tenant, job)).catch((error: unknown) => {
        logger.error({ err: error, tenant }, 'the damage could not be recorded in the log itself');
      });
    },
    logger,
  });
}

/** The server's own check of its logs, on one of the nodes over a database. */
async function startSelfCheck(
  { ledger, takeDuty }: EmbeddedLedger,
  parts: Pick<VerificationParts, 'integrity' | 'logger' | 'now'> & {
    readonly config: Config;
    readonly tenants: Tenants;
    readonly verifyJobs: VerifyJobs;
  },
): Promise<SelfCheck | undefined> {
  const { config, tenants, verifyJobs, integrity, logger, now } = parts;
  if (config.verifyEveryMs === 0) return undefined;
  const selfCheck = new SelfCheck({
    everyMs: config.verifyEveryMs,
    integrity,
    tenants: () => [SYSTEM_TENANT, ...tenants.list().map(({ id }) => id)],
    head: (tenant) => ledger.head(tenant),
    onGrowth: (listener) => ledger.onGrowth(({ tenant }) => listener(tenant)),
    // The database as a whole is looked at with the server's own log, which begins at its first record at the start and once a day.
    check: (tenant, range) => verifyJobs.check(tenant, range, tenant === SYSTEM_TENANT && range.from === 0),
    isOurs: await takeDuty('self-check'),
    now,
    logger,
  });
  selfCheck.start();
  return selfCheck;
}

function openStreams({ ledger }: EmbeddedLedger, options: ServerOptions['live']): LiveStreams {
  const onGrowth: LiveOptions['onGrowth'] = (listener) => ledger.onGrowth(({ tenant }) => listener(tenant));
  return new LiveStreams({ ledger, onGrowth, ...options });
}

function openAudit(
  { ledger }: EmbeddedLedger,
  { options, logger, now }: Pick<Surroundings, 'options' | 'logger'> & { readonly now: () => number },
): SelfAudit {
  const { auditWindowMs: windowMs } = options;
  return new SelfAudit({ ledger, now, logger, ...(windowMs === undefined ? {} : { windowMs }) });
}

async function openOidc({ oidc }: Config, embedded: EmbeddedLedger): Promise<Operations['oidc']> {
  if (oidc === undefined) return undefined;
  const { clientSecretFile: file, ...rest } = oidc;
  const clientSecret = file === undefined ? oidc.clientSecret : (await readFile(file, 'utf8')).trim();
  return {
    provider: new IdentityProvider({ ...rest, clientSecret }),
    flowKey: embedded.deriveKey('oidc-sign-in'),
  };
}

async function ensureDefaultTenant(tenants: Tenants, nowMs: number): Promise<void> {
  await tenants.reload();
  if (tenants.has(DEFAULT_TENANT)) return;
  await tenants.add({ id: DEFAULT_TENANT, createdAtMs: nowMs, createdBy: 'attestry' });
}

async function assembleOver(embedded: EmbeddedLedger, surroundings: Surroundings): Promise<AssembledServer> {
  const { config, source, logger, options } = surroundings;
  const { ledger, stores } = embedded;
  const now = options.now ?? embedded.now;
  await ledger.createLog(SYSTEM_TENANT);
  await ledger.createLog(DEFAULT_TENANT);
  const held = await holdSettings(embedded, now);
  const { tenants, keys } = held;
  await embedded.exclusively('default-tenant', () => ensureDefaultTenant(tenants, now()));
  const integrity = await LogIntegrity.open(ledger.admin, embedded.presence);
  const live = openStreams(embedded, options.live);
  const metrics = new Metrics({
    ledger,
    storeBytes: () => stores.storeBytes(),
    streams: () => live.count,
    sessions: () => sessions.count,
    damagedLogs: () => integrity.damagedCount,
    clockSkewMs: embedded.clockSkewMs,
  });
  const audit = openAudit(embedded, { options, logger, now });
  const verifyJobs = await openVerifications(embedded, { source, metrics, integrity, audit, logger, now });
  const { redisUrl: url } = config;
  const cache = url === undefined ? undefined : await openCache(embedded, { url, now, logger });
  const selfCheck = await startSelfCheck(embedded, { config, tenants, verifyJobs, integrity, logger, now });
  const exporter = new Exporter(source, options.exportReadWindowMs);
  const sessions = await openSessions(ledger.admin, keys, { audit, config, logger, now });
  embedded.settings.onChange(sessions.kind, () => sessions.reload());
  const ops: Operations = {
    ledger,
    settings: embedded.settings,
    ...held,
    sessions,
    oidc: await openOidc(config, embedded),
    browserTokens: new BrowserTokens(keys, embedded.deriveKey('browser-token'), now),
    viewerTokens: new ViewerTokens(keys, embedded.deriveKey('viewer-token'), now),
    audit,
    verifyJobs,
    integrity,
    verifyEveryMs: config.verifyEveryMs,
    exporter,
    live,
    savedSearches: new SavedSearches(ledger.admin, now),
    cache,
    suggestions: new SuggestionSamples(now),
    metrics,
    exclusively: embedded.exclusively,
    rateLimits: config.rateLimits,
    version: packageJson.version,
    now,
  };
  const app = await buildApp({
    ops,
    config,
    logger,
    ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
    consoleDir: options.consoleDir,
  });
  return { app, ops, close: stopOnce({ app, ops, selfCheck, embedded, options }) };
}

interface Running extends Pick<Surroundings, 'options'> {
  readonly app: FastifyInstance;
  readonly ops: Operations;
  readonly selfCheck: SelfCheck | undefined;
  readonly embedded: EmbeddedLedger;
}

/** Stops everything in order, once, however often it is asked to. */
function stopOnce({ app, ops, selfCheck, embedded, options }: Running): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    // Requests first, so that all they accepted is in the ledger; the store last, so that all of it is written.
    const cutTransfers = setTimeout(() => {
      app.server.closeAllConnections();
    }, options.stopTransfersMs ?? STOP_TRANSFERS_MS);
    ops.live.close();
    selfCheck?.close();
    await app.close();
    clearTimeout(cutTransfers);
    await Promise.all([ops.exporter.close(), ops.verifyJobs.close(), ops.sessions.close()]);
    await ops.audit.close();
    ops.cache?.close();
    await embedded.close();
  };
  return () => {
    closing ??= stop();
    return closing;
  };
}

function systemEvent(type: 'system.startup' | 'system.shutdown', metadata: object): object {
  return {
    type,
    actor: { type: 'system', id: 'attestry' },
    action: { verb: 'execute', status: 'success' },
    context: { service: 'attestry' },
    metadata,
  };
}

function firstKeyEvent({ id, name, tenant, roles }: ApiKey): object {
  return {
    type: 'api_key.created',
    actor: { type: 'system', id: 'attestry' },
    action: { verb: 'create', status: 'success' },
    target: { type: 'api_key', id, name },
    context: { service: 'attestry' },
    metadata: { tenant, roles },
  };
}

/**
 * Starts a server: opens the data folder, listens, and at the first start makes the first key.
 *
 * @throws {LedgerError} when the folder cannot be used (locked, newer schema, rolled back), with what to do
 */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const assembled = await assembleServer(config, options);
  const { app, ops } = assembled;
  try {
    await app.listen({ host: config.host, port: config.port });
    const listening = app.server.address();
    if (listening === null || typeof listening === 'string') throw new Error('the server does not listen');
    const host = listening.family === 'IPv6' ? `[${listening.address}]` : listening.address;
    const isAny = listening.address === '0.0.0.0' || listening.address === '::';
    const url = `http://${isAny ? '127.0.0.1' : host}:${listening.port}`;
    const first = await ops.exclusively('first-key', () =>
      ensureFirstKey(ops.keys, resolve(config.dataDir), url),
    );
    if (first !== undefined) await ops.audit.record(SYSTEM_TENANT, firstKeyEvent(first.key));
    await ops.audit.record(SYSTEM_TENANT, systemEvent('system.startup', { node: process.version }));
    let isStopped = false;
    const close = async (): Promise<void> => {
      if (!isStopped) {
        isStopped = true;
        // While the store is still open; a store that no longer writes must not keep the server from stopping.
        await ops.audit.record(SYSTEM_TENANT, systemEvent('system.shutdown', {})).catch((error: unknown) => {
          app.log.error({ err: error }, 'the stop of the server could not be recorded');
        });
      }
      await assembled.close();
    };
    return {
      url,
      address: { host: listening.address, port: listening.port },
      firstToken: first?.token,
      close,
    };
  } catch (error) {
    await assembled.close();
    throw error;
  }
}

async function readConfigFile(): Promise<string | undefined> {
  try {
    return await readFile('attestry.config.json', 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Runs a server until SIGTERM or SIGINT; a second signal, or work that does not end in time, ends it at once.
 *
 * @param config   checked configuration
 * @param announce receives what a person should read: address and, once, the key
 */
export async function runServer(config: Config, announce: (text: string) => void): Promise<void> {
  // Before the start: a signal that comes during it waits until the start is done, so that nothing is left half made.
  const told = new Promise<void>((stop) => {
    let isStopping = false;
    const onSignal = (): void => {
      if (isStopping) process.exit(1);
      isStopping = true;
      setTimeout(() => process.exit(1), STOP_GRACE_MS).unref();
      stop();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
  const server = await startServer(config);
  announce(`Attestry listens on ${server.url} (HTTP reference: ${server.url}/docs)\n`);
  if (server.firstToken !== undefined)
    announce(`${firstKeyNotice(server.url, server.firstToken, resolve(config.dataDir))}\n`);
  await told;
  await server.close();
}

if (import.meta.main) {
  try {
    await runServer(loadConfig(process.env, await readConfigFile()), (text) => process.stdout.write(text));
    process.exit(0);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`attestry: ${text}\n`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}
