import { Type } from '@attestry/core';
import { readiness } from '../../operations/readiness.ts';
import { type AnyRoute, publicRoute } from '../route.ts';
import { ref } from '../shared-schemas.ts';

const tag = 'service';

export const SERVICE_ROUTES: readonly AnyRoute[] = [
  publicRoute({
    method: 'GET',
    url: '/health',
    access: 'public',
    operationId: 'getHealth',
    tag,
    summary: 'Is the process alive?',
    responses: {
      200: {
        description: 'Yes.',
        schema: Type.Object({ status: Type.Unsafe({ type: 'string', enum: ['ok'] }) }),
      },
    },
    handle: () => ({ body: { status: 'ok' }, headers: { 'cache-control': 'no-store' } }),
  }),
  publicRoute({
    method: 'GET',
    url: '/ready',
    access: 'public',
    operationId: 'getReadiness',
    tag,
    summary: 'Can it take events? Component by component',
    responses: {
      200: { description: 'Yes.', schema: ref('Readiness') },
      503: { description: 'No; `components` says which part.', schema: ref('Readiness') },
    },
    async handle(ops) {
      const body = await readiness(ops);
      return { status: body.ready ? 200 : 503, body, headers: { 'cache-control': 'no-store' } };
    },
  }),
  publicRoute({
    method: 'GET',
    url: '/metrics',
    access: 'public',
    operationId: 'getMetrics',
    tag,
    summary: 'Figures for Prometheus',
    description: 'Switched off by `ATTESTRY_METRICS=off`.',
    responses: { 200: { description: 'Prometheus text format.', contentType: 'text/plain' } },
    async handle(ops) {
      const { type, text } = await ops.metrics.render();
      return { content: { type, data: text }, headers: { 'cache-control': 'no-store' } };
    },
  }),
];
