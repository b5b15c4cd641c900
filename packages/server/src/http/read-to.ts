import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operations } from '../operations/operations.ts';

/** Header of what a replica of the database has answered. */
export const READ_TO_HEADER = 'attestry-read-to';

/** How the reference document describes it. */
export const READ_TO_HEADERS = {
  [READ_TO_HEADER]: {
    type: 'integer',
    description: 'Only where a replica of the database answers: the first `seq` that it may lack',
  },
} as const;

/** Says how far a replica has come that is going to answer; asked before, so that the answer has at least that. */
export async function sayReadTo(
  ops: Operations,
  { caller }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { query } = ops.ledger;
  if (caller === undefined || query.readTo === undefined) return;
  reply.header(READ_TO_HEADER, await query.readTo(caller.tenant));
}
