import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, usageError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';

/** Which server a command talks to, and as whom. */
export interface Connection {
  /** Without a slash at the end. */
  readonly url: string;
  readonly key: string;
  /** Where the key came from, for messages: `--key`, `ATTESTRY_API_KEY`, or the path of a `cli.json`. */
  readonly keySource: string;
  /** Another tenant than the one of the key; only platform admins may name one. */
  readonly tenant?: string | undefined;
  readonly urlSource: string;
}

export interface ConnectionOptions {
  readonly url?: string;
  readonly key?: string;
  readonly tenant?: string;
}

/** Data folder of this machine's server: `ATTESTRY_DATA_DIR`, else `./attestry-data`. */
export function defaultDataDir(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.ATTESTRY_DATA_DIR || 'attestry-data';
}

/**
 * Finds server and key: the options, then `ATTESTRY_URL` and `ATTESTRY_API_KEY`, then `cli.json` of the data folder,
 * which the server writes at its first start.
 *
 * A key from `cli.json` is only ever sent to the URL that stands beside it: `--url` of another server with the local
 * admin key would hand that key to a stranger.
 *
 * @throws {CliError} `no_server`, `no_key` with the three ways to give one
 */
export function resolveConnection(
  options: ConnectionOptions,
  environment: NodeJS.ProcessEnv = process.env,
  dataDir: string = defaultDataDir(environment),
): Connection {
  const path = join(dataDir, 'cli.json');
  const given = options.url ?? (environment.ATTESTRY_URL || undefined);
  const givenKey = options.key ?? (environment.ATTESTRY_API_KEY || undefined);
  const local = given === undefined || givenKey === undefined ? readCliFile(path) : undefined;
  const url = given ?? local?.url;
  if (url === undefined) {
    throw new CliError('no server to talk to', {
      code: 'no_server',
      exitCode: ExitCode.usage,
      hint: `Give --url, set ATTESTRY_URL, or run where ${path} is (a server makes it: \`attestry serve\`).`,
    });
  }
  const origin = normalizeUrl(url, options.url === undefined ? 'ATTESTRY_URL' : '--url');
  const localKey = local !== undefined && normalizeUrl(local.url, path) === origin ? local.key : undefined;
  const key = givenKey ?? localKey;
  if (key === undefined) {
    throw new CliError(`no key for ${origin}`, {
      code: 'no_key',
      exitCode: ExitCode.usage,
      hint: 'Give --key, or set ATTESTRY_API_KEY. `attestry keys create` makes one on the server itself.',
    });
  }
  return {
    url: origin,
    key,
    keySource: options.key !== undefined ? '--key' : givenKey !== undefined ? 'ATTESTRY_API_KEY' : path,
    tenant: options.tenant ?? (environment.ATTESTRY_TENANT || undefined),
    urlSource: options.url !== undefined ? '--url' : given !== undefined ? 'ATTESTRY_URL' : path,
  };
}

function readCliFile(path: string): { url: string; key: string } | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw usageError(
      `cannot read ${path}: ${(error as Error).message}`,
      'It belongs to the user who runs the server. Run as that user, or give --url and --key.',
    );
  }
  try {
    const { url, key } = JSON.parse(text) as { url?: unknown; key?: unknown };
    if (typeof url === 'string' && typeof key === 'string') return { url, key };
  } catch {
    // Reported below together with wrong members: either way the file is not what the server wrote.
  }
  throw usageError(`${path} is not {"url","key"}`, 'Give --url and --key instead, or restart the server.');
}

function normalizeUrl(text: string, source: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw usageError(`${source} is not a URL: ${text}`, 'It looks like http://127.0.0.1:8484');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw usageError(`${source} must begin with http:// or https://, not ${url.protocol}//`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
