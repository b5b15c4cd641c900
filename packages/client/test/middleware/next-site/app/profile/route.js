import { withAudit } from '../../suite.js';

export const POST = withAudit(() => Response.json({}));
