import { later, stream, withAudit } from '../../suite.js';

const torn = async () => {
  await later(20)();
  throw new Error('tape torn');
};

export const GET = withAudit(() => stream([later(0, 'a'), torn]));
