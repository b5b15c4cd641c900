import { later, stream, withAudit } from '../../suite.js';

export const GET = withAudit(() =>
  stream([later(0, 'data: 1\n\n'), later(60_000, '')], { 'content-type': 'text/event-stream' }),
);
