import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
let port: number;

const TIMEOUTS = { headersMs: 400, requestMs: 800, checkIntervalMs: 50, idleMs: 1_500 };

beforeAll(async () => {
  server = await openTestServer({ server: { timeouts: TIMEOUTS } });
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  port = (server.app.server.address() as { port: number }).port;
});
afterAll(() => server?.remove());

/** What a server says on a connection until it ends it. */
async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (data: string) => {
    text += data;
  });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

function head(lines: readonly string[]): string {
  return `${['POST /v1/events HTTP/1.1', 'Host: x', `Authorization: Bearer ${server.adminToken}`, 'Content-Type: application/json', ...lines].join('\r\n')}\r\n\r\n`;
}

async function expectStillFine(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
    body: '{"type":"still.fine"}',
  });
  expect(answer.status).toBe(201);
}

describe('connections that misbehave', () => {
  it.each([
    ['sends its headers one by one, slowly', 'POST /v1/events HTTP/1.1\r\nHost: x\r\nX-Slow: ', 408],
    ['sends nothing after its first line', 'GET /health HTTP/1.1\r\n', 408],
    ['speaks something else', 'EHLO mail.example\r\n\r\n', 400],
    [
      'sends two lengths',
      'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}',
      400,
    ],
    [
      'sends a length and chunks',
      'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['does not say a host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['expects something odd', 'GET /health HTTP/1.1\r\nHost: x\r\nExpect: foo\r\n\r\n', 417],
    ['wants a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n', 405],
    ['invents a method', 'FOO /v1/events HTTP/1.1\r\nHost: x\r\n\r\n', 501],
    ['writes a method small', 'get /health HTTP/1.1\r\nHost: x\r\n\r\n', 501],
    ['speaks HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['speaks HTTP/3 in letters', 'GET /health HTTP/3.0\r\nHost: x\r\n\r\n', 400],
    ['has no end of headers', `GET /health HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('a client that %s gets a problem and is cut off', async (_name, text, status) => {
    const socket = await open();
    socket.write(text);
    const answer = await answerOf(socket);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain('application/problem+json');
    const { status: said, detail } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as Record<
      string,
      unknown
    >;
    expect(said).toBe(status);
    expect(detail).toMatch(/^[A-Z].*\.$/);
    await expectStillFine();
  });

  it('what is wrong with a request is told as it is', async () => {
    const ask = async (text: string): Promise<string> => {
      const socket = await open();
      socket.write(text);
      return answerOf(socket);
    };
    expect(await ask('FOO / HTTP/1.1\r\nHost: x\r\n\r\n')).toContain('The method FOO is not one that');
    expect(await ask('get / HTTP/1.1\r\nHost: x\r\n\r\n')).toContain('methods are written in capitals');
    expect(await ask('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toContain('has no Host header');
    expect(await ask('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toContain('This server speaks HTTP/1.1');
    expect(await ask('CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n')).toMatch(/\r\nAllow: DELETE, GET, HEAD,/);
    const star = await ask('OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(star).toMatch(/^HTTP\/1\.1 204 [\s\S]*\r\nallow: DELETE, GET, HEAD, OPTIONS, POST, PUT\r\n/);
  });

  it('a client that asks before it sends a body is told to go on', async () => {
    const socket = await open();
    socket.write(head(['Expect: 100-continue', 'Content-Length: 19', 'Connection: close']));
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toContain('HTTP/1.1 100 Continue');
    socket.write('{"type":"went.on"} ');
    expect(await answerOf(socket)).toContain('HTTP/1.1 201 ');
  });

  it('HTTP/1.0 needs no Host', async () => {
    const socket = await open();
    socket.write('GET /health HTTP/1.0\r\n\r\n');
    expect(await answerOf(socket)).toContain(' 200 OK');
  });

  it('a client whose body never ends is cut off', async () => {
    const socket = await open();
    socket.write(`${head(['Content-Length: 1000'])}{"type":`);
    const answer = await answerOf(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d |^$/);
    await expectStillFine();
  });

  it('a client that goes away in the middle of a body harms nobody', async () => {
    const before = (await server.ops.ledger.head('default'))?.size ?? 0;
    for (let i = 0; i < 20; i++) {
      const socket = await open();
      socket.write(`${head(['Content-Length: 1000'])}{"type":"half.a.body"`);
      socket.destroy();
    }
    await expectStillFine();
    expect(((await server.ops.ledger.head('default'))?.size ?? 0) - before).toBe(1);
  });

  it('a body over the limit is refused before it is read', async () => {
    const socket = await open();
    socket.write(head(['Content-Length: 10000000000']));
    expect(await answerOf(socket)).toContain('HTTP/1.1 413 ');
    await expectStillFine();
  });

  it('a chunked body over the limit is refused while it is read (trap 21)', async () => {
    const socket = await open();
    socket.write(head(['Transfer-Encoding: chunked']));
    const megabyte = 'x'.repeat(1_048_576);
    const answer = answerOf(socket);
    for (let i = 0; i < 10 && socket.writable; i++) socket.write(`100000\r\n${megabyte}\r\n`);
    expect(await answer).toMatch(/HTTP\/1\.1 413 |^$/);
    await expectStillFine();
  });

  it("a stranger's body is not read at all", async () => {
    const socket = await open();
    socket.write(
      'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n',
    );
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toContain('HTTP/1.1 401 ');
    socket.destroy();
  });

  it('many at once do not keep an honest one waiting', async () => {
    const idlers = await Promise.all(Array.from({ length: 200 }, () => open()));
    for (const socket of idlers) {
      socket.on('error', () => undefined);
      socket.write('GET /v1/events HTTP/1.1\r\n');
    }
    const startedMs = Date.now();
    await expectStillFine();
    // Less than it takes until those are given up, on a machine that has much else to do too.
    expect(Date.now() - startedMs).toBeLessThan(20_000);
    for (const socket of idlers) socket.destroy();
  });
});

describe('stopping', () => {
  it('does not wait for ever for a client that uploads slowly', async () => {
    const stopping = await openTestServer({ server: { stopTransfersMs: 300 } });
    await stopping.app.listen({ port: 0, host: '127.0.0.1' });
    const address = stopping.app.server.address() as { port: number };
    const socket = connect(address.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('POST /v1/events HTTP/1.1\r\nHost: x\r\n');
    socket.write(`Authorization: Bearer ${stopping.adminToken}\r\nContent-Type: application/json\r\n`);
    socket.write('Content-Length: 1000\r\n\r\n{"type":');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const startedMs = Date.now();
    await stopping.remove();
    expect(Date.now() - startedMs).toBeLessThan(5_000);
  });
});
