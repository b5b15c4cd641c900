import { withAudit } from '../../../../suite.js';

export const POST = withAudit(async () => {
  throw new Error('no money');
});
