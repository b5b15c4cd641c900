import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { RunningApp, SuiteAnswer, SuiteRequest } from './framework-app.ts';

/** Sends a request to an app and reads what it answers. */
export function send(app: RunningApp, request: SuiteRequest): Promise<SuiteAnswer> {
  return app.send === undefined ? sendOverHttp(app.url, request) : app.send(request);
}

/** Sends a request as it stands: `fetch` would tidy up paths and hide answers that are cut off. */
function sendOverHttp(url: string, request: SuiteRequest): Promise<SuiteAnswer> {
  const { method, path, headers = {}, body, leaves } = request;
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const sent = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      void answerOf(response).then(resolve);
      if (leaves === 'at_first_byte') response.once('data', () => sent.destroy());
    });
    sent.on('error', () => resolve({ status: 0, headers: {}, body: '' }));
    sent.end(body);
    // The server has the request, and has not begun to answer it.
    if (leaves === 'before_answer') setTimeout(() => sent.destroy(), 100);
  });
}

function answerOf(response: IncomingMessage): Promise<SuiteAnswer> {
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    body += text;
  });
  return new Promise((resolve) => {
    const done = (): void => resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    response.on('error', done);
    response.on('close', done);
  });
}
