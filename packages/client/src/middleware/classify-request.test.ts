import { expect, test } from 'vitest';
import { classifyRequest } from './classify-request.ts';
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
] as const)('%s %s answered with %i is %s', (...row) => {
  const [method, route, status, type, verb, outcome, target] = row;
  const { category: _category, ...what } = classifyRequest({
    method,
    route,
    status,
    params: { id: '7', org: 'o' },
  });
  expect(what).toEqual({
    type,
    action: { verb, status: outcome },
    ...(target === undefined ? {} : { target }),
  });
});

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
  expect(asked('/', 'TRACE')).toBe(true);
});
