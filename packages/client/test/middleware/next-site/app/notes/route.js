import { client, withAudit } from '../../suite.js';

export const POST = withAudit(async (request) => {
  await request.json();
  client.capture({ type: 'handler.ran' });
  return Response.json({}, { status: 201 });
});
