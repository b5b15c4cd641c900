import { expect, test } from 'vitest';
import { classifyRequest, secretValues } from './classify-request.ts';
import { clientAddress } from './client-address.ts';
import { makeIsExcluded } from './exclusions.ts';
import { singular } from './singular.ts';

test.each([
  ['POST', '/login', 200, 'user.login.success', 'login', 'success', undefined],
  ['POST', '/api/v1/auth/sign-in', 401, 'user.login.failure', 'login', 'failure', undefined],
  ['POST', '/logout', 204, 'user.logout', 'logout', 'success', undefined],
  ['DELETE', '/session', 204, 'user.logout', 'logout', 'success', undefined],
  ['POST', '/documents', 201, 'document.created', 'create', 'success', { type: 'document' }],
  ['PATCH', '/users/:id', 200, 'user.updated', 'update', 'success', { type: 'user', id: '7' }],
  ['DELETE', '/addresses/{id}', 500, 'address.deleted', 'delete', 'failure', { type: 'address', id: '7' }],
  [
    'PUT',
    '/orgs/:org/api-keys/[id]',
    200,
    'api_key.updated',
    'update',
    'success',
    { type: 'api_key', id: '7' },
  ],
  ['GET', '/status', 200, 'status.viewed', 'read', 'success', { type: 'status' }],
  ['GET', '/invoices/:id', 403, 'permission.denied', 'read', 'denied', { type: 'invoice', id: '7' }],
  [
    'GET',
    '/invoices/:id',
    401,
    'security.unauthorized_access',
    'read',
    'denied',
    { type: 'invoice', id: '7' },
  ],
  ['POST', undefined, 404, 'api.request', 'create', 'failure', undefined],
  ['POST', '/', 503, 'api.error', 'create', 'failure', undefined],
  ['POST', '/courses/:id/sessions', 201, 'session.created', 'create', 'success', { type: 'session' }],
  ['POST', '/users/:id/suspend', 200, 'user.suspend', 'execute', 'success', { type: 'user', id: '7' }],
  ['PATCH', '/users/:id/profile', 200, 'profile.updated', 'update', 'success', { type: 'profile' }],
  ['PUT', '/users{/:id}', 200, 'user.updated', 'update', 'success', { type: 'user', id: '7' }],
  ['PUT', '/files/*path', 200, 'file.updated', 'update', 'success', { type: 'file', id: 'a/b' }],
  ['DELETE', '/resets/:token', 200, 'reset.deleted', 'delete', 'success', { type: 'reset' }],
  ['PUT', '/:from-:to', 200, 'api.request', 'update', 'success', undefined],
] as const)('%s %s answered with %i is %s', (...row) => {
  const [method, route, status, type, verb, outcome, target] = row;
  const { category: _category, ...what } = classifyRequest({
    method,
    route,
    status,
    params: { id: '7', org: 'o', path: ['a', 'b'], token: 't' },
  });
  expect(what).toEqual({
    type,
    action: { verb, status: outcome },
    ...(target === undefined ? {} : { target }),
  });
});

test.each(['token', 'apiKey', 'sessionId', 'jwt', 'recoveryCode', 'credential', 'signature'])(
  'a parameter that is called %s is a secret',
  (name) => {
    const params = { [name]: 'hunter2' };
    expect(secretValues(params)).toEqual(['hunter2']);
    const made = classifyRequest({ method: 'DELETE', route: `/keys/:${name}`, status: 200, params });
    expect(made.target).toEqual({ type: 'key' });
  },
);

test('what is done under /admin is administration', () => {
  expect(classifyRequest({ method: 'POST', route: '/admin/users', status: 201, params: {} }).category).toBe(
    'admin',
  );
});

test.each([
  ['users', 'user'],
  ['addresses', 'address'],
  ['status', 'status'],
  ['statuses', 'status'],
  ['policies', 'policy'],
  ['boxes', 'box'],
  ['branches', 'branch'],
  ['analysis', 'analysis'],
  ['analyses', 'analysis'],
  ['people', 'person'],
  ['news', 'news'],
  ['cases', 'case'],
  ['databases', 'database'],
  ['bus', 'bus'],
  ['gas', 'gas'],
  ['keys', 'key'],
  ['series', 'series'],
  ['settings', 'settings'],
  ['billing_addresses', 'billing_address'],
  ['photos', 'photo'],
  ['areas', 'area'],
  ['apis', 'api'],
  ['ids', 'id'],
  ['sizes', 'size'],
  ['quizzes', 'quiz'],
  ['viruses', 'virus'],
  ['warehouses', 'warehouse'],
  ['heroes', 'hero'],
  ['dns', 'dns'],
])('one of the %s is a %s', (plural, one) => {
  expect(singular(plural)).toBe(one);
});

test.each([
  ['nobody is trusted', '10.0.0.9', '1.2.3.4', false, '10.0.0.9'],
  ['one proxy of ours', '10.0.0.9', '6.6.6.6, 1.2.3.4', 1, '1.2.3.4'],
  ['two proxies of ours', '10.0.0.9', '6.6.6.6, 1.2.3.4, 10.0.0.8', 2, '1.2.3.4'],
  [
    'proxies by address',
    '10.0.0.9',
    '6.6.6.6, 1.2.3.4, 10.0.0.8',
    (ip: string) => ip.startsWith('10.'),
    '1.2.3.4',
  ],
  ['IPv4 in IPv6', '::ffff:192.0.2.1', undefined, false, '192.0.2.1'],
  ['with a port', '10.0.0.9', '[2001:db8::1]:443', 1, '2001:db8::1'],
  ['nonsense', '10.0.0.9', 'unknown', 1, undefined],
  ['colons', '10.0.0.9', '::::', 1, undefined],
  ['too many groups', '10.0.0.9', '1:2:3:4:5:6:7:8:9', 1, undefined],
  ['octal', '10.0.0.9', '010.1.1.1', 1, undefined],
  ['a zone', 'fe80::1%eth0', undefined, false, 'fe80::1'],
  ['fewer hops than proxies', '10.0.0.9', undefined, 3, '10.0.0.9'],
] as const)('the address of the client, %s', (...row) => {
  const [, remote, forwarded, trust, address] = row;
  expect(clientAddress(remote, forwarded, trust)).toBe(address);
});

test('exclusions are exact, end at segments, or ask', () => {
  const isExcluded = makeIsExcluded(['/health', '/internal/*', ({ method }) => method === 'TRACE']);
  const asked = (path: string, method = 'GET'): boolean => isExcluded({ path, method });
  expect(['/health', '/internal', '/internal/x'].map((path) => asked(path))).toEqual([true, true, true]);
  expect(['/healthy', '/internals', '/', '/health/x'].map((path) => asked(path))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  // A way out of a prefix is not covered by it.
  expect(
    ['/internal/../admin', '/internal/%2e%2e/admin', '/internal//x', '/internal/..'].map((path) =>
      asked(path),
    ),
  ).toEqual([false, false, false, false]);
  expect(['/internal/a..b', '/internal/.well-known'].map((path) => asked(path))).toEqual([true, true]);
  expect(asked('/', 'TRACE')).toBe(true);
});
