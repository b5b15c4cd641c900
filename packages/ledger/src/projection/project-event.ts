import { type NormalizedEvent, parseRfc3339 } from '@attestry/core';
import { emailText, type MakeBlindIndex } from './blind-columns.ts';
import type { EventColumns } from './event-columns.ts';
import { addressIndexes, type MakeAddressIndexes, NO_ADDRESS } from './ip-networks.ts';

/**
 * The query columns of an event: a pure function of the whole event (sealed members included) and the tenant's index
 * key, so that a verifier can compute them again and compare.
 *
 * @param indexAddress what gives the three indexes of an address, for whoever remembers them
 * @throws {Error} when `occurred_at` is not in its normal form, which no event that was accepted can be
 */
export function projectEvent(
  event: NormalizedEvent,
  blind: MakeBlindIndex,
  indexAddress: MakeAddressIndexes = (text) => addressIndexes(text, blind),
): EventColumns {
  const { actor, action, context, target } = event;
  const occurredAtMs = parseRfc3339(event.occurred_at);
  if (occurredAtMs === undefined) {
    throw new Error(`event ${event.id} has a time that cannot be read`);
  }
  const address = actor?.ip_address;
  const { ip, ipNet, ipWide } = address === undefined ? NO_ADDRESS : indexAddress(address);
  return {
    occurredAtMs,
    type: event.type,
    category: event.category,
    severity: event.severity,
    status: action?.status ?? null,
    verb: action?.verb ?? null,
    project: context?.project_id ?? null,
    actorType: actor?.type ?? null,
    actor: actor?.id === undefined ? null : blind('actor', actor.id),
    actorEmail: actor?.email === undefined ? null : blind('actorEmail', emailText(actor.email)),
    ip,
    ipNet,
    ipWide,
    session: actor?.session_id === undefined ? null : blind('session', actor.session_id),
    targetType: target?.type ?? null,
    target: target?.id === undefined ? null : blind('target', target.id),
    requestId: context?.request_id === undefined ? null : blind('requestId', context.request_id),
    correlationId:
      context?.correlation_id === undefined ? null : blind('correlationId', context.correlation_id),
    parentId: context?.parent_id === undefined ? null : blind('parentId', context.parent_id),
    executionId: event.ai?.execution_id === undefined ? null : blind('executionId', event.ai.execution_id),
    httpStatus: event.http?.status_code ?? null,
    trafficLight: event.compliance?.traffic_light_status ?? null,
  };
}
