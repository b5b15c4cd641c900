import { client, withAudit } from '../../suite.js';

// Run by the build, which keeps its answer: nobody has asked for it.
export const dynamic = 'force-static';

export const GET = withAudit(() => Response.json({ captured: client.stats().captured }), {
  event: { type: 'built.viewed' },
});
