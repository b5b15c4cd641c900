import { withAudit } from '../../suite.js';

export const POST = withAudit(async (request) => {
  const isRight = request.nextUrl.searchParams.get('ok') === '1';
  return new Response(null, { status: isRight ? 200 : 401 });
});
