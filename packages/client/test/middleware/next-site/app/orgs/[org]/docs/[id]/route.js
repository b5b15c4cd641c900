import { withAudit } from '../../../../../suite.js';

export const PATCH = withAudit(() => Response.json({}));
