import { later, stream, withAudit } from '../../suite.js';

export const POST = withAudit(() => stream([later(0, 'never'), later(60_000, '')]));
