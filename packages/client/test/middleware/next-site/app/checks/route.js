import { withAudit } from '../../suite.js';

export const POST = withAudit(() => new Response(null, { status: 422 }));
