import { isIP } from 'node:net';
import { isNetwork } from '../auth/networks.ts';
import { type Config, ConfigError } from './config.ts';
import { nearestName } from './nearest-name.ts';
import { judgeOidc, judgeSecureUrl, oidcOf } from './oidc-settings.ts';
import {
  FOREIGN_SETTINGS,
  LATER_PREFIXES,
  LATER_SETTINGS,
  SETTINGS,
  type Setting,
  type SettingName,
} from './settings.ts';
import { splitList } from './split-list.ts';

const PREFIX = 'ATTESTRY_';
const LOG_NAME_PATTERN = /^[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?$/;

interface Given {
  readonly value: string;
  readonly source: 'environment' | 'file';
}

/** Refuses a name that is not a setting of this version; says which one was probably meant. */
function judgeName(name: string, shown: (setting: string) => string): string | undefined {
  if (SETTINGS.some((setting) => setting.name === name)) return undefined;
  if (LATER_SETTINGS.includes(name) || LATER_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    return `${shown(name)} is not supported by this version yet; remove it`;
  }
  const near = nearestName(name, [...SETTINGS.map((setting) => setting.name), ...LATER_SETTINGS]);
  return `${shown(name)} is not a setting${near === undefined ? '' : `; did you mean ${shown(near)}?`}`;
}

function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || value === undefined) continue;
    const name = variable.slice(PREFIX.length);
    if (FOREIGN_SETTINGS.includes(name)) continue;
    const problem = judgeName(name, (setting) => PREFIX + setting);
    if (problem !== undefined) problems.push(problem);
    else if (value !== '') given.set(name, { value, source: 'environment' });
  }
  return given;
}

function readFile(text: string, problems: string[]): Map<string, Given> {
  const given = new Map<string, Given>();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    problems.push(
      `attestry.config.json is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
    return given;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    problems.push('attestry.config.json must be one object, e.g. {"port": 8484}');
    return given;
  }
  for (const [member, value] of Object.entries(parsed)) {
    const shown = (setting: string): string => `"${setting.toLowerCase()}" in attestry.config.json`;
    const problem = judgeName(member.toUpperCase(), shown);
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (member !== member.toLowerCase())
      problems.push(`"${member}" in attestry.config.json must be in lower case`);
    else if (problem !== undefined) problems.push(problem);
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      given.set(member.toUpperCase(), { value: value.join(','), source: 'file' });
    } else if (!isScalar)
      problems.push(`${shown(member)} must be text, a number, a switch or a list of texts`);
    else given.set(member.toUpperCase(), { value: String(value), source: 'file' });
  }
  return given;
}

/** The problem of one value, or `undefined`. Secrets are never repeated in the sentence. */
function judgeValue(setting: Setting, value: string): string | undefined {
  const shown = setting.secret === true ? 'its value' : `"${value}"`;
  if (setting.kind === 'integer') {
    const [min, max] = setting.range ?? [0, Number.MAX_SAFE_INTEGER];
    const number = Number(value);
    if (!/^\d{1,12}$/.test(value) || number < min || number > max) {
      return min === max
        ? `must be ${min} in this version, not ${shown}`
        : `must be a whole number from ${min} to ${max}, not ${shown}`;
    }
  }
  if (setting.kind === 'switch' && !['on', 'off', 'true', 'false', '1', '0'].includes(value)) {
    return `must be on or off, not ${shown}`;
  }
  if (setting.kind === 'word' && !(setting.words ?? []).includes(value)) {
    return `must be one of ${(setting.words ?? []).join(', ')}, not ${shown}`;
  }
  return judgeSpecial(setting.name, value);
}

function judgeSpecial(name: string, value: string): string | undefined {
  if (name === 'STORE' && value !== 'sqlite:' && !isDatabaseUrl(value)) {
    return value.startsWith('file:')
      ? 'must be sqlite: or the URL of a PostgreSQL database; files are not supported yet'
      : 'must be sqlite: or the URL of a PostgreSQL database such as postgres://user@host:5432/database';
  }
  if (name === 'STORE_READ_URL' && !isDatabaseUrl(value)) {
    return 'must be the URL of a PostgreSQL database such as postgres://user@replica:5432/database';
  }
  if (name === 'REDIS_URL' && !(/^rediss?:\/\//.test(value) && URL.canParse(value)))
    return 'must be the URL of a Redis such as rediss://user@host:6379/0';
  // The rule of the store itself (`schema_invalid`), so that a server takes what attestry migrate has made.
  if (
    name === 'STORE_SCHEMA' &&
    (/^(pg_|information_schema$|\$user$)/.test(value) || Buffer.byteLength(value) > 63)
  ) {
    return `must be the name of a schema of at most 63 bytes such as attestry, not beginning with pg_, not "${value}"`;
  }
  if (name === 'PUBLIC_URL' || name === 'OIDC_ISSUER') return judgeSecureUrl(name, value);
  if (name === 'LOG_NAME' && !LOG_NAME_PATTERN.test(value)) {
    return `must be a host name in lower case such as audit.example.com, not "${value}"`;
  }
  if (name === 'HOST' && isIP(value) === 0 && !/^[A-Za-z0-9.-]+$/.test(value)) {
    return `must be an address or a host name, not "${value}"`;
  }
  if (name === 'TRUSTED_PROXIES') {
    const wrong = splitList(value).filter((item) => !isNetwork(item));
    if (wrong.length > 0)
      return `must hold addresses or networks such as 10.0.0.0/8, not "${wrong.join('", "')}"`;
  }
  if (name === 'MASTER_KEY' && !/^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/_-]{43}=?)$/.test(value)) {
    return 'must be 32 bytes in hex (64 digits) or base64 (44 characters); make one with: openssl rand -base64 32';
  }
  return undefined;
}

function isDatabaseUrl(value: string): boolean {
  return /^postgres(ql)?:\/\//.test(value) && URL.canParse(value);
}

/**
 * Reads and checks the whole configuration.
 *
 * @param env      environment variables; only names beginning with `ATTESTRY_` are looked at
 * @param fileText text of `attestry.config.json`, when there is one; the environment wins
 * @throws {ConfigError} with every mistake at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, fileText?: string): Config {
  const problems: string[] = [];
  const fromFile = fileText === undefined ? new Map<string, Given>() : readFile(fileText, problems);
  const fromEnv = readEnvironment(env, problems);
  const sources = new Map<SettingName, { value: string | undefined; source: Given['source'] | 'default' }>();
  for (const setting of SETTINGS) {
    const given = fromEnv.get(setting.name) ?? fromFile.get(setting.name);
    sources.set(setting.name, given ?? { value: setting.fallback, source: 'default' });
    const problem = given === undefined ? undefined : judgeValue(setting, given.value);
    if (problem === undefined) continue;
    const shown =
      given?.source === 'file'
        ? `"${setting.name.toLowerCase()}" in attestry.config.json`
        : PREFIX + setting.name;
    problems.push(`${shown} ${problem}`);
  }
  const text = (name: SettingName): string | undefined => sources.get(name)?.value;
  if (text('MASTER_KEY') !== undefined && text('MASTER_KEY_FILE') !== undefined) {
    problems.push('ATTESTRY_MASTER_KEY and ATTESTRY_MASTER_KEY_FILE exclude each other; keep one');
  }
  if (text('STORE_READ_URL') !== undefined && text('STORE') === 'sqlite:')
    problems.push('ATTESTRY_STORE_READ_URL is for a database; set ATTESTRY_STORE to its URL too');
  problems.push(...judgeOidc(text, (name) => sources.get(name)?.source !== 'default'));
  if (problems.length > 0) throw new ConfigError(problems);
  return buildConfig(text, sources);
}

function buildConfig(text: (name: SettingName) => string | undefined, sources: Config['sources']): Config {
  const integer = (name: SettingName): number => Number(text(name));
  const isOn = (name: SettingName): boolean => ['on', 'true', '1'].includes(text(name) ?? '');
  return Object.freeze({
    dataDir: text('DATA_DIR') ?? '',
    store: text('STORE') ?? '',
    storeReadUrl: text('STORE_READ_URL'),
    storeSchema: text('STORE_SCHEMA') ?? '',
    redisUrl: text('REDIS_URL'),
    host: text('HOST') ?? '',
    port: integer('PORT'),
    logName: text('LOG_NAME'),
    batchSize: integer('BATCH_SIZE'),
    batchIntervalMs: integer('BATCH_INTERVAL_MS'),
    checkpointIntervalMs: integer('CHECKPOINT_INTERVAL_MS'),
    trustedProxies: Object.freeze(splitList(text('TRUSTED_PROXIES') ?? '')),
    masterKey: text('MASTER_KEY'),
    masterKeyFile: text('MASTER_KEY_FILE'),
    signingKeyFile: text('SIGNING_KEY_FILE'),
    metrics: isOn('METRICS'),
    console: isOn('CONSOLE'),
    rateLimits: Object.freeze({
      perKey: integer('RATE_LIMIT_PER_KEY'),
      perAddress: integer('RATE_LIMIT_PER_ADDRESS'),
      failedAuth: integer('RATE_LIMIT_FAILED_AUTH'),
      signIn: integer('RATE_LIMIT_SIGN_IN'),
      perBrowserToken: integer('RATE_LIMIT_PER_BROWSER_TOKEN'),
      perBrowserAddress: integer('RATE_LIMIT_PER_BROWSER_ADDRESS'),
    }),
    session: Object.freeze({
      idleMs: integer('SESSION_IDLE_S') * 1_000,
      absoluteMs: integer('SESSION_MAX_S') * 1_000,
    }),
    publicUrl: text('PUBLIC_URL'),
    oidc: oidcOf(text),
    verifyEveryMs: integer('VERIFY_EVERY_S') * 1_000,
    logLevel: text('LOG_LEVEL') as Config['logLevel'],
    acceptRollback: false,
    sources,
  });
}
