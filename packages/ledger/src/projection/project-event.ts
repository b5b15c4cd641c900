import { type NormalizedEvent, parseIp, parseRfc3339 } from '@attestry/core';
import { emailText, type MakeBlindIndex } from './blind-columns.ts';
import type { BlindIndex, EventColumns } from './event-columns.ts';
import { ipColumnText } from './ip-networks.ts';

/**
 * The query columns of an event: a pure function of the whole event (sealed members included) and the tenant's index
 * key, so that a verifier can compute them again and compare.
 *
 * @throws {Error} when `occurred_at` is not in its normal form, which no event that was accepted can be
 */
export function projectEvent(event: NormalizedEvent, blind: MakeBlindIndex): EventColumns {
  const { actor, action, context, target } = event;
  const occurredAtMs = parseRfc3339(event.occurred_at);
  if (occurredAtMs === undefined) {
    throw new Error(`event ${event.id} has a time that cannot be read`);
  }
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
    ...ipColumns(actor?.ip_address, blind),
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

interface IpColumns {
  readonly ip: BlindIndex | null;
  readonly ipNet: BlindIndex | null;
  readonly ipWide: BlindIndex | null;
}

const NO_ADDRESS: IpColumns = { ip: null, ipNet: null, ipWide: null };

/** All ways to write one address give the same three fingerprints. */
function ipColumns(text: string | undefined, blind: MakeBlindIndex): IpColumns {
  const address = text === undefined ? undefined : parseIp(text);
  if (address === undefined) {
    return NO_ADDRESS;
  }
  return {
    ip: blind('ip', ipColumnText(address, 'ip')),
    ipNet: blind('ipNet', ipColumnText(address, 'ipNet')),
    ipWide: blind('ipWide', ipColumnText(address, 'ipWide')),
  };
}
