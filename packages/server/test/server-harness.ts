import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropStore, storeEnvironment } from '@attestry/testkit';
import type { LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { DEFAULT_TENANT } from '../src/auth/tenants.ts';
import { type AssembledServer, assembleServer, loadConfig, type ServerOptions } from '../src/index.ts';
import type { KeyInput, NewKey } from '../src/operations/manage-keys.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

/** A request as tests write it. */
export interface TestRequest {
  readonly token?: string;
  readonly body?: object | string | Buffer;
  readonly headers?: Record<string, string>;
}

/** A server over a real data folder of its own, asked in process. */
export interface TestServer extends AssembledServer {
  readonly dataDir: string;
  /** Token of an administrator of `default` and of the platform. */
  readonly adminToken: string;
  call(method: Method, url: string, request?: TestRequest): Promise<LightMyRequestResponse>;
  get(url: string, token?: string): Promise<LightMyRequestResponse>;
  post(url: string, body: object | string | Buffer, token?: string): Promise<LightMyRequestResponse>;
  makeKey(input: Partial<KeyInput>, tenant?: string): Promise<NewKey>;
  /** A new tenant and the token of its administrator. */
  makeTenant(id: string): Promise<string>;
  remove(): Promise<void>;
}

/** Opens a server in a temporary folder. */
export async function openTestServer(
  options: { env?: Record<string, string>; server?: ServerOptions; dataDir?: string } = {},
): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'attestry-'));
  const config = loadConfig({
    ATTESTRY_DATA_DIR: dataDir,
    ATTESTRY_LOG_NAME: 'test.example',
    ATTESTRY_CHECKPOINT_INTERVAL_MS: '50',
    ATTESTRY_VERIFY_EVERY_S: '0',
    ...(await storeEnvironment(dataDir)),
    ...options.env,
  });
  const assembled = await assembleServer(config, { logger: pino({ level: 'silent' }), ...options.server });
  const { app, ops } = assembled;
  const { token: adminToken } = await ops.keys.create({
    tenant: DEFAULT_TENANT,
    name: 'test admin',
    environment: 'test',
    roles: ['platform_admin', 'admin'],
    bounds: {},
    createdBy: 'test',
  });
  const call: TestServer['call'] = async (method, url, request = {}) => {
    const answer = await app.inject({
      method,
      url,
      headers: {
        ...(request.token === '' ? {} : { authorization: `Bearer ${request.token ?? adminToken}` }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { payload: request.body }),
    });
    assertSentences(answer);
    return answer;
  };
  const withToken = (token: string | undefined): TestRequest => (token === undefined ? {} : { token });
  const tenantAdmins = new Map<string, string>();
  const makeKey: TestServer['makeKey'] = async (input, tenant) => {
    const body = { name: 'k', roles: ['admin'], ...input };
    const tenantAdmin = tenantAdmins.get(tenant ?? '');
    // The platform makes its own keys and a tenant's first one; the tenant's administrator makes the others.
    const answer =
      tenantAdmin === undefined || body.roles.includes('platform_admin')
        ? await call('POST', tenant === undefined ? '/v1/keys' : `/v1/keys?tenant=${tenant}`, { body })
        : await call('POST', '/v1/keys', { token: tenantAdmin, body });
    if (answer.statusCode !== 201) throw new Error(`no key: ${answer.body}`);
    return answer.json<NewKey>();
  };
  return {
    ...assembled,
    dataDir,
    adminToken,
    call,
    get: (url, token) => call('GET', url, withToken(token)),
    post: (url, body, token) => call('POST', url, { body, ...withToken(token) }),
    makeKey,
    makeTenant: async (id) => {
      const answer = await call('POST', '/v1/tenants', { body: { id } });
      if (answer.statusCode !== 201) throw new Error(`no tenant: ${answer.body}`);
      const { token } = await makeKey({ name: `${id} admin` }, id);
      tenantAdmins.set(id, token);
      return token;
    },
    remove: async () => {
      await assembled.close();
      await dropStore(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Every refusal that a test meets is a sentence, or begins with the place it is about. */
function assertSentences(answer: LightMyRequestResponse): void {
  if (answer.headers['content-type'] !== 'application/problem+json' || answer.body === '') return;
  const { detail, errors = [] } = answer.json<{ detail: string; errors?: { detail: string }[] }>();
  for (const text of [detail, ...errors.map((item) => item.detail)]) {
    if (!/^[A-Z/].*[.?]$/s.test(text)) throw new Error(`the detail is no sentence: ${text}`);
  }
}

/** Asks until the answer is as wanted; for what happens shortly after (checkpoints, search). */
export async function eventually<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (Date.now() > until)
      throw new Error(`not within ${withinMs} ms: ${JSON.stringify(answer).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
