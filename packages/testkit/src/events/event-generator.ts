import { type EventInput, normalizeEvent } from '@attestry/core';
import type { IncomingEvent } from '@attestry/ledger';
import type { SeededRandom } from '../seeded/seeded-random.ts';

const ACTIONS = [
  { type: 'document.viewed', verb: 'read' },
  { type: 'document.edited', verb: 'update' },
  { type: 'document.deleted', verb: 'delete' },
  { type: 'user.login.success', verb: 'login' },
  { type: 'user.login.failure', verb: 'login' },
  { type: 'permission.granted', verb: 'update' },
  { type: 'agent.tool.called', verb: 'execute' },
] as const;

/** What the events of a generator have in common. */
export interface EventGeneratorOptions {
  /** Different people that act. */
  readonly people?: number;
  /** Characters of free text in each event, to reach a size. */
  readonly padding?: number;
}

/** Makes events as an application would send them; the same random numbers make the same events. */
export function generateEvent(random: SeededRandom, options: EventGeneratorOptions = {}): EventInput {
  const person = random.below(options.people ?? 50);
  const { type, verb } = random.pick(ACTIONS);
  return {
    id: random.uuid(),
    type,
    occurred_at: new Date(Date.UTC(2026, 0, 1) + random.below(86_400_000)).toISOString(),
    actor: {
      type: 'user',
      id: `u-${person}`,
      name: `Person ${person}`,
      email: `person${person}@example.com`,
      ip_address: `192.0.2.${person % 250}`,
    },
    action: { verb, status: type === 'user.login.failure' ? 'failure' : 'success' },
    target: { type: 'document', id: `doc-${random.below(1_000)}`, name: 'Quarterly plan' },
    context: { request_id: `req-${random.below(1_000_000_000)}` },
    metadata: { note: 'x'.repeat(options.padding ?? 20) },
  };
}

/**
 * Checks and normalises an event for a tenant, as a server would before it appends it.
 *
 * @throws {Error} naming what is wrong with the event
 */
export function incomingEvent(tenant: string, input: unknown): IncomingEvent {
  const result = normalizeEvent(input, {
    tenantId: tenant,
    nowMs: Date.UTC(2100, 0, 1),
    newId: () => crypto.randomUUID(),
  });
  if (!result.ok) throw new Error(`not an event: ${JSON.stringify(result.problems)}`);
  return result;
}

/** `count` events, ready to be appended. */
export function incomingEvents(
  random: SeededRandom,
  tenant: string,
  count: number,
  options: EventGeneratorOptions = {},
): readonly IncomingEvent[] {
  return Array.from({ length: count }, () => incomingEvent(tenant, generateEvent(random, options)));
}
