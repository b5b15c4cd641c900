/** Clients and matchers for tests of apps that use `@attestry/client`. */
export { type CollectedEvent, CollectingClient, NoopClient } from './collecting-client.ts';
export { type AttestryMatchers, attestryMatchers, type ExpectedEvent } from './matchers.ts';
