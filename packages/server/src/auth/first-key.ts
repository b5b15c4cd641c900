import { existsSync } from 'node:fs';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiKey } from './api-key.ts';
import type { ApiKeys } from './api-keys.ts';
import { DEFAULT_TENANT } from './tenants.ts';

const FILE_NAME = 'cli.json';

/** What `cli.json` holds: how the CLI on the same machine reaches this server. */
interface CliFile {
  readonly url: string;
  readonly key: string;
}

async function writeCliFile(path: string, content: CliFile): Promise<void> {
  // Complete or not there: a reader never sees half a file, nor one that others may read.
  const temporary = `${path}.tmp-${process.pid}-0`;
  await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

/**
 * First start: makes the key of tenant `default` that administers it and the installation, and leaves it in
 * `cli.json` (0600) for the CLI. Later starts only bring the URL there up to date.
 *
 * @returns the key and its token when it was made now; the token is shown once
 */
export async function ensureFirstKey(
  keys: ApiKeys,
  dataDir: string,
  url: string,
): Promise<{ readonly key: ApiKey; readonly token: string } | undefined> {
  const path = join(dataDir, FILE_NAME);
  await keys.reload();
  if (keys.isEmpty) {
    return keys.create(
      {
        tenant: DEFAULT_TENANT,
        name: 'first key',
        environment: 'live',
        roles: ['platform_admin', 'admin'],
        bounds: {},
        createdBy: 'attestry',
      },
      (token) => writeCliFile(path, { url, key: token }),
    );
  }
  if (!existsSync(path)) return undefined;
  const { key } = JSON.parse(await readFile(path, 'utf8')) as CliFile;
  await writeCliFile(path, { url, key });
  return undefined;
}

/** What the terminal says once: key, where to look, and a `curl` line that works as printed. */
export function firstKeyNotice(url: string, token: string, dataDir: string): string {
  const event = `{"type":"user.login.success","actor":{"type":"user","id":"alice"},"action":{"status":"success"}}`;
  return [
    '',
    '  Your API key (shown this once; the CLI on this machine finds it by itself):',
    '',
    `    ${token}`,
    '',
    '  Look at the log in a browser; sign in with that key:',
    '',
    `    ${url}/`,
    '',
    '  Record a first event:',
    '',
    `    curl -sS ${url}/v1/events -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '${event}'`,
    '',
    `  Data, keys and logs are in ${dataDir}; back up master.key and signing.key apart from it.`,
    '',
  ].join('\n');
}
