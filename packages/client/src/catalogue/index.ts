/** Ready-made events: `audit.capture(loginSucceeded({ type: 'user', id: 'u-1' }))`. */
export * from './administration.ts';
export * from './authentication.ts';
export * from './data.ts';
export type { Actor, More, Target, Thing } from './make-event.ts';
export * from './workflow.ts';
