import { Attestry } from '@attestry/client';
import { attestry } from '@attestry/client/next';

// Next bundles pages, routes and instrumentation apart: one client for all of them.
// Where to and as whom say ATTESTRY_URL and ATTESTRY_API_KEY.
globalThis.audit ??= new Attestry({ defaults: { context: { service: 'notes' } } });
export const audit = globalThis.audit;

/** Wraps route handlers. The header stands for your own sign-in; `actor` may be asynchronous. */
export const withAudit = attestry({
  client: audit,
  actor: (request) => {
    const name = request.headers.get('x-user');
    return name === null ? undefined : { type: 'user', id: name };
  },
});
