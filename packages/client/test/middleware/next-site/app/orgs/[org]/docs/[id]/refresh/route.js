import { withAudit } from '../../../../../../suite.js';

export const POST = withAudit(() => {
  throw new Error('no money');
});
