import { later, stream, withAudit } from '../../suite.js';

export const POST = withAudit(() => stream([later(0, 'a'), later(20, 'b')]));
