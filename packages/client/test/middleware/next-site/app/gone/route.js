import { notFound } from 'next/navigation';
import { withAudit } from '../../suite.js';

export const GET = withAudit(() => notFound());
