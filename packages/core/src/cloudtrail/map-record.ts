import type { JsonObject } from '../canonical/json-value.ts';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { bytesToHex } from '../encoding/hex.ts';
import { utf8Encode } from '../encoding/utf8.ts';
import { parseIp } from '../event/ip-address.ts';
import { actorOf, cut, fitted, type MappedActor, optional, roleArnOf } from './actor.ts';
import { eventTypeOf, serviceOf, verbOf } from './api-name.ts';
import { categoryOf, severityOf } from './classification.ts';
import { textAt, valueAt } from './json-path.ts';
import { outcomeOf } from './outcome.ts';
import { type MappedTarget, targetOf } from './target.ts';

const USER_AGENT_CHARS_MAX = 2000;
const REQUEST_ID_CHARS_MAX = 200;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An event as `POST /v1/events` takes it. */
type MappedEvent = Readonly<Record<string, unknown>> & { readonly id: string };

export type MapResult =
  | { readonly ok: true; readonly event: MappedEvent }
  | { readonly ok: false; readonly detail: string };

/**
 * Maps one CloudTrail record to an event. Pure: the same record always gives the same event, so that a second import
 * adds nothing.
 *
 * @param quotedNumbers numbers of the record that became text because a double cannot hold them
 */
export function mapRecord(record: JsonObject, quotedNumbers: readonly string[] = []): MapResult {
  const eventName = textAt(record, 'eventName') ?? insightName(record);
  const eventTime = textAt(record, 'eventTime');
  if (eventName === undefined) return { ok: false, detail: 'it has no eventName' };
  if (eventTime === undefined) return { ok: false, detail: 'it has no eventTime' };
  const service = serviceOf(textAt(record, 'eventSource'));
  const actor = actorOf(record);
  const target = targetOf(record, service);
  const address = textAt(record, 'sourceIPAddress');
  const ip =
    address !== undefined && !address.includes('%') && parseIp(address) !== undefined ? address : undefined;
  const userAgent = textAt(record, 'userAgent');
  return {
    ok: true,
    event: {
      id: idOf(record),
      ...classified(record, eventName, service),
      occurred_at: eventTime,
      actor: {
        ...actor,
        ...optional('ip_address', ip),
        ...optional('user_agent', userAgent === undefined ? undefined : cut(userAgent, USER_AGENT_CHARS_MAX)),
      },
      ...optional('target', target),
      context: contextOf(record),
      metadata: {
        cloudtrail: record,
        aws: {
          ...optional('role_arn', roleArnOf(record)),
          ...optional('invoked_by', serviceName(textAt(record, 'userIdentity', 'invokedBy'))),
          ...optional('source_service', ip === undefined ? serviceName(address) : undefined),
          ...(quotedNumbers.length === 0 ? {} : { numbers_kept_as_text: quotedNumbers }),
        },
      },
      ...optional('personal', personalOf(record, actor, ip, target)),
    },
  };
}

/** Type, action and, for types that are not in the built-in catalogue, category and severity. */
function classified(record: JsonObject, eventName: string, service: string): Record<string, unknown> {
  const outcome = outcomeOf(record);
  const verb = verbOf(eventName);
  const action = { verb, description: `${service}:${cut(eventName, 200)}`, ...outcome };
  if (eventName === 'ConsoleLogin') {
    return { type: outcome.status === 'success' ? 'user.login.success' : 'user.login.failure', action };
  }
  const eventCategory = textAt(record, 'eventCategory');
  const facts = { service, eventName, verb, status: outcome.status, eventCategory };
  return {
    type: eventTypeOf(service, eventName),
    category: categoryOf(facts),
    severity: severityOf(facts),
    action,
  };
}

/**
 * The account is the project and the region is the environment: `location` is where a person is, and CloudTrail does
 * not know that.
 */
function contextOf(record: JsonObject): Record<string, unknown> {
  const requestId = textAt(record, 'requestID');
  const sharedId = textAt(record, 'sharedEventID');
  return {
    ...optional(
      'project_id',
      textAt(record, 'recipientAccountId') ?? textAt(record, 'userIdentity', 'accountId'),
    ),
    ...optional('environment', textAt(record, 'awsRegion')),
    ...optional('service', textAt(record, 'eventSource')),
    ...optional('request_id', requestId === undefined ? undefined : fitted(requestId, REQUEST_ID_CHARS_MAX)),
    ...optional(
      'correlation_id',
      sharedId === undefined ? undefined : fitted(sharedId, REQUEST_ID_CHARS_MAX),
    ),
  };
}

/** What of the original is a person's: sealed with the actor, and erased with the actor. */
function personalOf(
  record: JsonObject,
  actor: MappedActor,
  ip: string | undefined,
  target: MappedTarget | undefined,
): readonly { subject: string; paths: readonly string[] }[] | undefined {
  const subject = actor.id ?? (ip === undefined ? undefined : `ip:${ip}`);
  const declared: { subject: string; paths: readonly string[] }[] = [];
  const own = ['userIdentity', 'sourceIPAddress', 'userAgent'].filter((name) => Object.hasOwn(record, name));
  if (subject !== undefined && own.length > 0) {
    declared.push({ subject, paths: own.map((name) => `/metadata/cloudtrail/${name}`) });
  }
  if (target?.type === 'user') {
    const paths = [
      '/metadata/cloudtrail/requestParameters/userName',
      '/metadata/cloudtrail/responseElements/user',
    ];
    declared.push({ subject: target.id, paths });
  }
  return declared.length === 0 ? undefined : declared;
}

/** Host names of AWS services and the words `AWS Internal`; anything else stays in the sealed original only. */
function serviceName(text: string | undefined): string | undefined {
  return text !== undefined && /^(AWS Internal|[a-z0-9.-]+\.amazonaws\.com(\.cn)?)$/.test(text)
    ? text
    : undefined;
}

/** `eventID` is a UUID; a record without one gets its id from its own bytes, so that it too is imported once. */
function idOf(record: JsonObject): string {
  const given = textAt(record, 'eventID');
  if (given !== undefined && UUID.test(given)) return given.toLowerCase();
  const digest = portableCrypto.sha256(utf8Encode(JSON.stringify(record)));
  // RFC 9562, version 8: a UUID of one's own making.
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytesToHex(digest).slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function insightName(record: JsonObject): string | undefined {
  return valueAt(record, 'insightDetails') === undefined
    ? undefined
    : textAt(record, 'insightDetails', 'eventName');
}
