import { describe, expect, it } from 'vitest';
import { ConfigError } from './config.ts';
import { describeConfig } from './describe-config.ts';
import { loadConfig } from './load-config.ts';

function problemsOf(env: Record<string, string>, file?: string): readonly string[] {
  try {
    loadConfig(env, file);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('works with nothing set and listens on loopback only', () => {
    const config = loadConfig({ PATH: '/bin' });
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8484,
      dataDir: './attestry-data',
      metrics: true,
      trustedProxies: [],
    });
    expect(config.masterKey).toBeUndefined();
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('lets the environment win over the file', () => {
    const config = loadConfig(
      { ATTESTRY_PORT: '9001' },
      '{"port": 9000, "host": "0.0.0.0", "trusted_proxies": ["10.0.0.0/8", "::1"]}',
    );
    expect(config).toMatchObject({ port: 9001, host: '0.0.0.0', trustedProxies: ['10.0.0.0/8', '::1'] });
  });

  it('lists every mistake at once', () => {
    const problems = problemsOf(
      {
        ATTESTRY_PORT: 'eighty',
        ATTESTRY_BATCH_SIZE: '0',
        ATTESTRY_METRICS: 'maybe',
        ATTESTRY_LOG_LEVEL: 'loud',
      },
      '{"trusted_proxies": "everyone", "hosst": "::1"}',
    );
    expect(problems).toHaveLength(6);
    expect(problems.join('\n')).toContain(
      'ATTESTRY_PORT must be a whole number from 0 to 65535, not "eighty"',
    );
    expect(problems.join('\n')).toContain(
      '"hosst" in attestry.config.json is not a setting; did you mean "host" in attestry.config.json?',
    );
  });

  it.each([
    ['ATTESTRY_PROT', 'ATTESTRY_PORT'],
    ['ATTESTRY_DATADIR', 'ATTESTRY_DATA_DIR'],
    ['ATTESTRY_TRUSTED_PROXY', 'ATTESTRY_TRUSTED_PROXIES'],
  ])('refuses %s and names %s', (name, near) => {
    expect(problemsOf({ [name]: '1' })).toEqual([`${name} is not a setting; did you mean ${near}?`]);
  });

  it.each([
    'ATTESTRY_SEARCH',
    'ATTESTRY_VAULT',
    'ATTESTRY_OIDC_AUDIENCE',
    'ATTESTRY_RETENTION_DAYS',
    'ATTESTRY_TSA_URL',
  ])('says that %s is not supported yet instead of ignoring it (trap 47)', (name) => {
    expect(problemsOf({ [name]: 'x' })).toEqual([`${name} is not supported by this version yet; remove it`]);
  });

  it('refuses other stores by name', () => {
    expect(problemsOf({ ATTESTRY_STORE: 'file:/x' })[0]).toContain('not supported yet');
    expect(problemsOf({ ATTESTRY_STORE: 'mongo:' })[0]).toContain('must be sqlite:');
    expect(problemsOf({ ATTESTRY_STORE_READ_URL: 'postgres://replica/audit' })[0]).toContain(
      'is for a database',
    );
    const both = { ATTESTRY_STORE: 'postgres://db/audit', ATTESTRY_STORE_SCHEMA: 'pg_audit' };
    expect(problemsOf(both)).toEqual([expect.stringContaining('must be the name of a schema')]);
    expect(problemsOf({ ...both, ATTESTRY_STORE_SCHEMA: 'Wei"rd Näme' })).toEqual([]);
  });

  it('leaves the variables of the client and of the tests alone', () => {
    expect(
      problemsOf({ ATTESTRY_URL: 'http://x', ATTESTRY_API_KEY: 'att_x', ATTESTRY_SHARED: '/x' }),
    ).toEqual([]);
  });

  it.each(['[]', 'null', '{', '{"port": {"a": 1}}', '{"PORT": 1}'])('refuses the file %s', (file) => {
    expect(problemsOf({}, file)).toHaveLength(1);
  });

  it('never repeats a secret, neither in a mistake nor when printed (trap 30)', () => {
    const [problem] = problemsOf({ ATTESTRY_MASTER_KEY: 'hunter2hunter2' });
    expect(problem).toContain('ATTESTRY_MASTER_KEY must be 32 bytes');
    expect(problem).not.toContain('hunter2');
    const config = loadConfig({ ATTESTRY_MASTER_KEY: 'ab'.repeat(32) });
    const line = describeConfig(config).find(({ name }) => name === 'ATTESTRY_MASTER_KEY');
    expect(line).toMatchObject({ value: '******', source: 'environment' });
    expect(JSON.stringify(describeConfig(config))).not.toContain('abab');
    const store = loadConfig({ ATTESTRY_STORE: 'postgres://audit:hunter2@db/audit?sslmode=require' });
    expect(describeConfig(store).find(({ name }) => name === 'ATTESTRY_STORE')?.value).toBe(
      'postgres://audit:******@db/audit?sslmode=require',
    );
    const redis = loadConfig({ ATTESTRY_REDIS_URL: 'rediss://audit:hunter2@cache:6379/1' });
    expect(JSON.stringify(describeConfig(redis))).not.toContain('hunter2');
    expect(problemsOf({ ATTESTRY_REDIS_URL: 'cache:hunter2@6379' })[0]).not.toContain('hunter2');
    expect(problemsOf({ ATTESTRY_STORE: 'postgres//audit:hunter2@db' })[0]).not.toContain('hunter2');
  });

  it('takes an identity provider as a whole, over TLS, with rules that can be', () => {
    const good = {
      ATTESTRY_PUBLIC_URL: 'https://audit.example.com/',
      ATTESTRY_OIDC_ISSUER: 'https://id.example.com/realms/staff',
      ATTESTRY_OIDC_CLIENT_ID: 'attestry',
      ATTESTRY_OIDC_CLIENT_SECRET: 'hunter2',
      ATTESTRY_OIDC_ROLES: 'cn%3Dadmins%2Co%3Dx=acme:platform_admin+admin, leads=acme:project_manager/p1|p2',
    };
    const config = loadConfig(good);
    expect(config.oidc).toMatchObject({
      name: 'id.example.com',
      publicUrl: 'https://audit.example.com',
      scope: 'openid profile email',
      rules: [
        { value: 'cn=admins,o=x', tenant: 'acme', roles: ['platform_admin', 'admin'] },
        { value: 'leads', tenant: 'acme', roles: ['project_manager'], projects: ['p1', 'p2'] },
      ],
    });
    expect(JSON.stringify(describeConfig(config))).not.toContain('hunter2');
    for (const [name, value, sentence] of [
      ['OIDC_ISSUER', 'http://id.example.com', 'plain http is for loopback only'],
      ['OIDC_ISSUER', 'id.example.com', 'must be an address'],
      ['PUBLIC_URL', 'http://audit.example.com', 'plain http is for loopback only'],
      ['PUBLIC_URL', 'https://audit.example.com/attestry', 'without a path'],
      ['OIDC_SCOPE', 'profile', 'must contain openid'],
      ['OIDC_CLIENT_SECRET_FILE', '/secret', 'exclude each other'],
      ['OIDC_CLIENT_ID', '', 'needs ATTESTRY_OIDC_CLIENT_ID too'],
      ['OIDC_ROLES', '', 'must look like'],
      ['OIDC_ROLES', 'admins', 'must look like'],
      ['OIDC_ROLES', 'a=acme:owner', 'names the role "owner"'],
      ['OIDC_ROLES', 'a=_system:admin', 'names a tenant that cannot be'],
      ['OIDC_ROLES', 'a=acme:admin+auditor', 'do not go together'],
      ['OIDC_ROLES', 'a=acme:project_manager', 'must name projects'],
      ['OIDC_ROLES', 'a=acme:admin/p1', 'must name projects'],
      ['OIDC_ROLES', 'a%zz=acme:admin', 'not percent-encoded'],
    ] as const)
      expect([name, value, problemsOf({ ...good, [`ATTESTRY_${name}`]: value }).join()]).toEqual([
        name,
        value,
        expect.stringContaining(sentence),
      ]);
    expect(problemsOf({ ATTESTRY_OIDC_CLIENT_ID: 'x' })).toEqual([
      expect.stringContaining('set ATTESTRY_OIDC_ISSUER too'),
    ]);
    const loopback = {
      ...good,
      ATTESTRY_OIDC_ISSUER: 'http://127.0.0.1:9000',
      ATTESTRY_PUBLIC_URL: 'http://localhost:8484',
    };
    expect(problemsOf(loopback)).toEqual([]);
  });

  it('wants one master key only', () => {
    const both = { ATTESTRY_MASTER_KEY: 'ab'.repeat(32), ATTESTRY_MASTER_KEY_FILE: '/k' };
    expect(problemsOf(both)[0]).toContain('exclude each other');
  });
});
