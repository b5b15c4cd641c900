import type { components } from '../api/openapi.ts';

/** An event as the interface answers it; members that the reader may not see are named in `redacted`. */
export type EventView = components['schemas']['Event'];

export type EventCategory = EventView['category'];
export type EventSeverity = EventView['severity'];
export type ActorType = NonNullable<EventView['actor']>['type'];
export type ActionStatus = NonNullable<NonNullable<EventView['action']>['status']>;
