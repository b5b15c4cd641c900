import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { freshDist } from '../../build/fresh-dist.ts';

/** An app with pages of its own origin, and a backend that holds the key. */
export interface WebApp {
  readonly origin: string;
  /** Key that the backend makes tokens with; a test may change it. */
  key: string;
  /** What the backend says of the visitor. */
  token: object;
  /** Tokens that were given out. */
  readonly given: string[];
  /** Puts files in front of the visitor. */
  readonly pages: Map<string, string>;
  close(): Promise<void>;
}

/** The published entry in one file, as a bundler makes it for an app. */
export async function bundle(): Promise<string> {
  await freshDist();
  const { outputFiles } = await build({
    stdin: {
      contents: "export { BrowserAttestry } from '@attestry/client/browser';",
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: 'browser',
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}

/** Starts the app on a free port. */
export async function startWebApp(attestryUrl: string, key: string): Promise<WebApp> {
  const pages = new Map<string, string>();
  const server: Server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      await read(request);
      if (request.url === '/audit-token') {
        // As in docs/browser.md: the backend knows who the visitor is, and asks with its own key.
        const made = await fetch(`${attestryUrl}/v1/browser-tokens`, {
          method: 'POST',
          headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ origin: app.origin, ...app.token }),
        });
        const { token } = (await made.json()) as { token: string };
        app.given.push(token);
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ token }));
        return;
      }
      const page = pages.get(request.url ?? '');
      const type = request.url?.endsWith('.js') === true ? 'text/javascript' : 'text/html';
      response.writeHead(page === undefined ? 404 : 200, { 'content-type': type }).end(page);
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const app: WebApp = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    token: {},
    given: [],
    pages,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return app;
}
