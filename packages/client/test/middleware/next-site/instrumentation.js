import { attestryErrors } from '@attestry/client/next';
import { client } from './suite.js';

export const onRequestError = attestryErrors({ client });
