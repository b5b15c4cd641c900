import { attestryErrors } from '@attestry/client/next';
import { audit } from './audit.js';

// What pages, actions and unwrapped routes throw; what has its event already does not get a second one.
export const onRequestError = attestryErrors({ client: audit });
