import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './server-harness.ts';

const PAGE =
  '<!doctype html><title>Attestry</title><script type="module" src="/assets/app-1a2b3c.js"></script>';
const SCRIPT = 'export const answer = 42;\n'.repeat(200);
const HTML = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };

let consoleDir: string;
let server: TestServer;
beforeAll(async () => {
  consoleDir = mkdtempSync(join(tmpdir(), 'attestry-console-'));
  mkdirSync(join(consoleDir, 'assets'));
  writeFileSync(join(consoleDir, 'index.html'), PAGE);
  writeFileSync(join(consoleDir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const script = join(consoleDir, 'assets', 'app-1a2b3c.js');
  writeFileSync(script, SCRIPT);
  writeFileSync(`${script}.gz`, gzipSync(SCRIPT));
  writeFileSync(`${script}.br`, brotliCompressSync(SCRIPT));
  server = await openTestServer({ server: { consoleDir } });
});
afterAll(async () => {
  await server?.remove();
  rmSync(consoleDir, { recursive: true, force: true });
});

function open(url: string, headers: Record<string, string> = HTML) {
  return server.call('GET', url, { token: '', headers });
}

describe('the console', () => {
  it('is at /, with a policy that runs nothing but its own files, and is asked for anew each time', async () => {
    const page = await open('/', {});
    expect([page.statusCode, page.body, page.headers['content-type']]).toEqual([
      200,
      PAGE,
      'text/html; charset=utf-8',
    ]);
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(page.headers).toMatchObject({
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const again = await open('/', { 'if-none-match': String(page.headers.etag) });
    expect(again.statusCode).toBe(304);
  });

  it('is the page of every address that a browser goes to', async () => {
    for (const url of [
      '/activity',
      '/events/0199',
      '/targets/document/plan.pdf',
      '/activity?q=actor%3Aalice',
    ])
      expect([url, (await open(url)).body]).toEqual([url, PAGE]);
    const head = await server.call('HEAD', '/activity', { token: '', headers: HTML });
    expect([head.statusCode, head.body]).toEqual([200, '']);
  });

  it('leaves what is not there to the interface, as a problem document', async () => {
    for (const [url, headers] of [
      ['/activity', {}],
      ['/activity', { accept: 'application/json' }],
      ['/activity', { ...HTML, 'sec-fetch-dest': 'script' }],
      ['/v1/nothing', HTML],
      ['/v1', HTML],
      ['/assets/gone-000000.js', HTML],
      ['/assets/..%2findex.html', HTML],
      ['/docs/nothing', HTML],
    ] as const) {
      const answer = await open(url, headers);
      expect([url, answer.statusCode, answer.headers['content-type']]).toEqual([
        url,
        expect.toSatisfy((status: number) => status === 404 || status === 403),
        expect.stringMatching(/^application\/problem\+json/),
      ]);
    }
    const post = await server.call('POST', '/activity', { token: '', headers: HTML });
    expect([post.statusCode, post.json().code]).toEqual([404, 'not_found']);
  });

  it('sends its assets packed, for ever', async () => {
    for (const [encoding, unpack] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
      ['identity', (bytes: Buffer) => bytes],
    ] as const) {
      const answer = await open('/assets/app-1a2b3c.js', { 'accept-encoding': encoding });
      expect(answer.headers).toMatchObject({
        'content-type': expect.stringContaining('/javascript; charset=utf-8'),
        'cache-control': 'public, max-age=31536000, immutable',
        vary: expect.stringMatching(/accept-encoding/i),
      });
      expect(answer.headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding);
      expect(unpack(answer.rawPayload).toString()).toBe(SCRIPT);
    }
    expect((await open('/favicon.svg', {})).headers['content-type']).toBe('image/svg+xml');
  });

  it('can be switched off, and says when it is not built', async () => {
    const off = await openTestServer({ server: { consoleDir }, env: { ATTESTRY_CONSOLE: 'off' } });
    expect((await off.call('GET', '/', { token: '', headers: HTML })).statusCode).toBe(404);
    await off.remove();
    const unbuilt = await openTestServer({ server: { consoleDir: join(consoleDir, 'none') } });
    const answer = await unbuilt.call('GET', '/', { token: '', headers: HTML });
    expect(answer.json().detail).toContain('script/setup');
    await unbuilt.remove();
  });
});
