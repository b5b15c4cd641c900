import { redirect } from 'next/navigation';
import { withAudit } from '../../suite.js';

export const POST = withAudit(() => redirect('/documents'));
