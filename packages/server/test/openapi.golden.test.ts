import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_ROUTES } from '../src/http/routes/all-routes.ts';
import { openTestServer, type TestServer } from './server-harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server?.remove());

interface Document {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { operationId: string; security?: unknown[]; responses: Record<string, object> }>
  >;
}

describe('/openapi.json', () => {
  it('is the golden file spec/openapi.json', async () => {
    const document = (await server.get('/openapi.json', '')).json();
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../../spec/openapi.json');
  });

  it('is OpenAPI 3.1 and has every route, each with its errors', async () => {
    const { openapi, paths } = (await server.get('/openapi.json', '')).json<Document>();
    expect(openapi).toBe('3.1.0');
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
      ALL_ROUTES.map(({ operationId }) => operationId).sort(),
    );
    for (const { operationId, security, responses } of operations) {
      if (security?.length === 0) continue;
      expect([operationId, Object.keys(responses)]).toEqual([
        operationId,
        expect.arrayContaining(['4XX', '5XX']),
      ]);
    }
  });

  it('has no reference that leads nowhere', async () => {
    const text = (await server.get('/openapi.json', '')).body;
    const { components } = JSON.parse(text);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(components.schemas).toHaveProperty(name as string);
    expect(text.match(/"\$ref":"(?!#\/components\/)/g)).toBeNull();
  });
});

describe('/docs', () => {
  it('is a page of our own, without anything from elsewhere', async () => {
    const page = await server.get('/docs/', '');
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/(?:src|href)="https?:/);
    expect(page.headers['content-security-policy']).toBeDefined();
    expect((await server.get('/docs/static/swagger-ui-bundle.js', '')).statusCode).toBe(200);
  });
});
