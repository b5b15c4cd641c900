import { withAudit } from '../../suite.js';

export const POST = withAudit(() => new Promise(() => undefined));
