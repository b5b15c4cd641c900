import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from './api-client.ts';

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => server?.close());

/** A real HTTP server that answers as each test says: the client's retries cannot be shown on a healthy one. */
async function clientOf(
  answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
): Promise<ApiClient> {
  let nth = 0;
  server = createServer((request, response) => {
    request.resume();
    answer(request, response, nth);
    nth += 1;
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return new ApiClient(
    { url: `http://127.0.0.1:${port}`, key: 'k', keySource: 'test', urlSource: 'test' },
    '0',
  );
}

describe('ApiClient', () => {
  it('waits as long as Retry-After says and tries again', async () => {
    const times: number[] = [];
    const client = await clientOf((_request, response, nth) => {
      times.push(Date.now());
      if (nth === 0) response.writeHead(503, { 'retry-after': '1' }).end('{"code":"overloaded"}');
      else response.end('{"fine":true}');
    });
    expect(await client.json('/x')).toEqual({ fine: true });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('does not repeat a POST on its own', async () => {
    let requests = 0;
    const client = await clientOf((_request, response) => {
      requests += 1;
      response.writeHead(503).end('{"code":"overloaded","detail":"full"}');
    });
    await expect(client.json('/x', { method: 'POST', body: {} })).rejects.toMatchObject({
      exitCode: 3,
      code: 'overloaded',
    });
    expect(requests).toBe(1);
  });

  it('repeats a patient POST after a cut connection', async () => {
    const client = await clientOf((request, response, nth) => {
      if (nth === 0) request.socket.destroy();
      else response.writeHead(201).end('{"id":"1"}');
    });
    expect(await client.json('/x', { method: 'POST', body: {}, retry: 'patient' })).toEqual({ id: '1' });
  });

  it.each([
    [401, 2],
    [403, 2],
    [400, 2],
    [404, 1],
    [409, 1],
    [500, 3],
  ])('turns %i into exit code %i, with the words of the server', async (status, exitCode) => {
    const client = await clientOf((_request, response) => {
      response.writeHead(status).end('{"code":"some_code","detail":"some words","path":"/a/b"}');
    });
    await expect(client.json('/v1/x')).rejects.toMatchObject({
      exitCode,
      code: 'some_code',
      message: `GET /v1/x: ${status} some_code: some words (at /a/b)`,
    });
  });

  it('understands an error page that is not JSON', async () => {
    const client = await clientOf((_request, response) =>
      response.writeHead(502).end('<html><h1>Bad gateway</h1></html>'),
    );
    await expect(client.json('/x')).rejects.toMatchObject({
      exitCode: 3,
      message: 'GET /x: 502: Bad gateway',
    });
  });

  it('says where nothing answers', async () => {
    const client = new ApiClient(
      { url: 'http://127.0.0.1:1', key: 'k', keySource: 't', urlSource: '--url' },
      '0',
    );
    await expect(client.json('/x')).rejects.toMatchObject({
      exitCode: 3,
      code: 'unreachable',
      message: expect.stringContaining('cannot reach http://127.0.0.1:1'),
    });
  });

  it('follows no redirect, which would carry the key along', async () => {
    const client = await clientOf((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    );
    await expect(client.json('/x')).rejects.toMatchObject({ exitCode: 3 });
  });
});
