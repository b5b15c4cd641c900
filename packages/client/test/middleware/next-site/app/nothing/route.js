import { withAudit } from '../../suite.js';

// As if there were a `return` missing.
export const POST = withAudit(() => undefined);
