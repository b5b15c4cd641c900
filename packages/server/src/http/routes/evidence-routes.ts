import { Type } from '@attestry/core';
import { CHECKPOINTS_PAGE_MAX, PAGE_EVENTS_DEFAULT } from '../../limits.ts';
import { getCheckpoint, listCheckpoints } from '../../operations/checkpoints.ts';
import { integrity } from '../../operations/integrity.ts';
import { consistency, inclusion } from '../../operations/proofs.ts';
import { type LogResource, logCheckpoint, logTile } from '../../operations/tiles.ts';
import { getVerify, startVerify } from '../../operations/verify.ts';
import type { VerifyRange } from '../../verify/verify-order.ts';
import { queryObject, TenantQuery } from '../query-parameters.ts';
import { type AnyRoute, type Reply, route } from '../route.ts';
import { ref } from '../shared-schemas.ts';

const tag = 'evidence';
/** Sizes and numbers of records; larger ones cannot be written in JSON (record-format 3). */
const size = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });
const verify = { scope: 'verify' } as const;
const wholeLog = { scope: 'verify', wholeLog: true } as const;

const VERIFY_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/integrity',
    access: { scope: 'events:read', wholeLog: true },
    operationId: 'getIntegrity',
    tag,
    summary: 'State of the log, as its verifications have found it',
    description:
      'What verifications have found, those that somebody asked for and those that the server makes by itself (`ATTESTRY_VERIFY_EVERY_S`). `verified` counts for the first `checked_size` records. Only damage outlives a restart: nothing counts as verified that no running server has verified.',
    query: TenantQuery,
    responses: { 200: { description: 'What is known now.', schema: ref('Integrity') } },
    handle: async (caller, { ops }) => ({
      body: await integrity(ops, caller),
      headers: { 'cache-control': 'no-store' },
    }),
  }),
  route({
    method: 'POST',
    url: '/v1/verify',
    access: wholeLog,
    operationId: 'startVerify',
    tag,
    summary: 'Verify the log',
    description:
      'Reads every record of the range again, in a thread of its own. The job and its report survive a restart.',
    query: TenantQuery,
    body: Type.Object(
      {
        from: Type.Optional(size('First record.')),
        to: Type.Optional(size('Record after the last; the newest when absent.')),
        depth: Type.Optional(
          Type.Unsafe<VerifyRange['depth']>({
            type: 'string',
            enum: ['full', 'records', 'columns', 'seals'],
            default: 'full',
            description:
              'What is compared with the records besides chain, tree and checkpoints: query columns, seals, neither (`records`) or both (`full`).',
          }),
        ),
      },
      { additionalProperties: false },
    ),
    responses: { 202: { description: 'The job; poll it at `Location`.', schema: ref('VerifyJob') } },
    async handle(caller, { ops, body }) {
      const job = await startVerify(ops, caller, body);
      return { status: 202, body: job, headers: { location: `/v1/verify/${job.id}` } };
    },
  }),
  route({
    method: 'GET',
    url: '/v1/verify/:id',
    access: wholeLog,
    operationId: 'getVerify',
    tag,
    summary: 'A verification and its report',
    params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }),
    query: TenantQuery,
    responses: { 200: { description: 'State and report.', schema: ref('VerifyJob') } },
    handle: async (caller, { ops, params }) => ({ body: await getVerify(ops, caller, params.id) }),
  }),
];

const CHECKPOINT_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/checkpoints',
    access: verify,
    operationId: 'listCheckpoints',
    tag,
    summary: 'Signed checkpoints',
    query: queryObject({
      from: Type.Optional(size('Smallest size.')),
      to: Type.Optional(size('Largest size.')),
      order: Type.Optional(
        Type.Unsafe<'asc' | 'desc'>({ type: 'string', enum: ['desc', 'asc'], default: 'desc' }),
      ),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: CHECKPOINTS_PAGE_MAX, default: PAGE_EVENTS_DEFAULT }),
      ),
    }),
    responses: {
      200: { description: 'By size.', schema: Type.Object({ checkpoints: Type.Array(ref('Checkpoint')) }) },
    },
    handle: async (caller, { ops, query }) => ({ body: await listCheckpoints(ops, caller, query) }),
  }),
  route({
    method: 'GET',
    url: '/v1/checkpoints/:name',
    access: verify,
    operationId: 'getCheckpoint',
    tag,
    summary: 'One checkpoint',
    params: Type.Object({
      name: Type.String({
        minLength: 1,
        maxLength: 20,
        description: '`latest`, a size, or a day (UTC), whose last one is meant.',
      }),
    }),
    query: TenantQuery,
    responses: { 200: { description: 'As it was signed.', schema: ref('Checkpoint') } },
    handle: async (caller, { ops, params }) => ({ body: await getCheckpoint(ops, caller, params.name) }),
  }),
  route({
    method: 'GET',
    url: '/v1/proofs/inclusion',
    access: verify,
    operationId: 'getInclusionProof',
    tag,
    summary: 'Proof that a record is in a tree (RFC 9162, 2.1.3)',
    query: queryObject({
      seq: size('Record.'),
      size: Type.Optional(size('Size of a signed checkpoint; the newest when absent.')),
    }),
    responses: {
      200: {
        description: 'Sibling hashes from the leaf upwards.',
        schema: Type.Object({
          origin: Type.String(),
          seq: Type.Integer(),
          size: Type.Integer(),
          leaf_hash: Type.String(),
          hashes: Type.Array(Type.String()),
        }),
      },
    },
    handle: async (caller, { ops, query }) => ({ body: await inclusion(ops, caller, query) }),
  }),
  route({
    method: 'GET',
    url: '/v1/proofs/consistency',
    access: verify,
    operationId: 'getConsistencyProof',
    tag,
    summary: 'Proof that a tree continues an earlier one (RFC 9162, 2.1.4)',
    query: queryObject({
      from: Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Size of the earlier checkpoint.',
      }),
      to: Type.Optional(size('Size of the later one; the newest when absent.')),
    }),
    responses: {
      200: {
        description: 'Hashes in the order of RFC 9162.',
        schema: Type.Object({
          origin: Type.String(),
          from: Type.Integer(),
          to: Type.Integer(),
          hashes: Type.Array(Type.String()),
        }),
      },
    },
    handle: async (caller, { ops, query }) => ({ body: await consistency(ops, caller, query) }),
  }),
];

function sendResource({ bytes, contentType, cacheControl }: LogResource): Reply {
  return {
    content: { type: contentType, data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) },
    headers: { 'cache-control': cacheControl },
  };
}

const LogTenant = Type.Object({ tenant: Type.String({ minLength: 1, maxLength: 100 }) });

const LOG_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    url: '/v1/logs/:tenant/checkpoint',
    access: verify,
    operationId: 'getLogCheckpoint',
    tag,
    summary: 'Newest checkpoint (C2SP tlog-tiles)',
    params: LogTenant,
    query: TenantQuery,
    responses: { 200: { description: 'Signed note.', contentType: 'text/plain' } },
    handle: async (caller, { ops, params }) => sendResource(await logCheckpoint(ops, caller, params.tenant)),
  }),
  route({
    method: 'GET',
    url: '/v1/logs/:tenant/tile/*',
    access: verify,
    operationId: 'getLogTile',
    tag,
    summary: 'A tile of hashes or records (C2SP tlog-tiles)',
    params: Type.Object({
      tenant: Type.String({ minLength: 1, maxLength: 100 }),
      '*': Type.String({ maxLength: 100, description: '`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`' }),
    }),
    query: TenantQuery,
    responses: {
      200: { description: 'The tile; it never changes.', contentType: 'application/octet-stream' },
    },
    handle: async (caller, { ops, params }) =>
      sendResource(await logTile(ops, caller, params.tenant, params['*'])),
  }),
];

export const EVIDENCE_ROUTES: readonly AnyRoute[] = [...VERIFY_ROUTES, ...CHECKPOINT_ROUTES, ...LOG_ROUTES];
