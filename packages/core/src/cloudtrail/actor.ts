import type { JsonObject, JsonValue } from '../canonical/json-value.ts';
import { portableCrypto } from '../crypto/portable-crypto.ts';
import { bytesToHex } from '../encoding/hex.ts';
import { utf8Encode } from '../encoding/utf8.ts';
import { textAt, valueAt } from './json-path.ts';

export interface MappedActor {
  readonly type: 'user' | 'service' | 'system' | 'anonymous';
  readonly id?: string;
  readonly name?: string;
  readonly session_id?: string;
  readonly on_behalf_of?: { readonly type: 'user'; readonly id: string };
}

const ID_CHARS_MAX = 200;
const NAME_CHARS_MAX = 200;

/**
 * Who made the call, from `userIdentity`.
 *
 * The id is the ARN where there is one: unlike a name it is unique over accounts, and unlike an access key it lives as
 * long as the identity. People (`user`) are told from machines (`service`) so that their data is sealed; where that
 * cannot be known, `user` is assumed.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function actorOf(record: JsonObject): MappedActor {
  const identity = valueAt(record, 'userIdentity');
  const common = {
    ...optional('session_id', sessionOf(identity)),
    ...optional('on_behalf_of', onBehalfOf(identity)),
  };
  const found = identityOf(identity, record);
  return {
    type: found.type,
    ...optional('id', found.id === undefined ? undefined : fitted(found.id, ID_CHARS_MAX)),
    ...optional('name', found.name === undefined ? undefined : cut(found.name, NAME_CHARS_MAX)),
    ...common,
  };
}

interface Identity {
  readonly type: MappedActor['type'];
  readonly id: string | undefined;
  readonly name?: string | undefined;
}

function identityOf(identity: JsonValue | undefined, record: JsonObject): Identity {
  const arn = textAt(identity, 'arn');
  const principal = textAt(identity, 'principalId');
  const account = textAt(identity, 'accountId');
  const userName = textAt(identity, 'userName');
  const invokedBy = textAt(identity, 'invokedBy');
  const knownId = arn ?? principal ?? userName ?? invokedBy ?? account;
  switch (textAt(identity, 'type')) {
    case 'IAMUser':
      return { type: 'user', id: knownId, name: userName ?? lastSegment(arn) };
    case 'Root':
      return { type: 'user', id: arn ?? account ?? principal, name: userName ?? 'root' };
    case 'AssumedRole':
      return {
        type: isMachineSession(identity) ? 'service' : 'user',
        id: knownId,
        name: roleSessionName(identity),
      };
    case 'Role':
      return { type: 'service', id: knownId, name: userName ?? lastSegment(arn) };
    case 'FederatedUser':
      return { type: 'user', id: knownId, name: userName ?? lastSegment(arn) };
    case 'SAMLUser':
    case 'WebIdentityUser':
      return { type: 'user', id: principal ?? knownId, name: userName };
    case 'IdentityCenterUser':
    case 'Directory':
      return { type: 'user', id: textAt(identity, 'onBehalfOf', 'userId') ?? knownId, name: userName };
    case 'AWSAccount':
      return accountIdentity(principal, account);
    case 'AWSService':
      return { type: 'service', id: invokedBy ?? knownId ?? textAt(record, 'eventSource') };
    default:
      return unknownIdentity(knownId, userName, record);
  }
}

/** Another account: a person or a role of it when its id says so, else the account itself; or nobody at all. */
function accountIdentity(principal: string | undefined, account: string | undefined): Identity {
  if (account === 'ANONYMOUS_PRINCIPAL') return { type: 'anonymous', id: undefined };
  const isPerson = /^(AIDA|AROA)/.test(principal ?? '');
  return { type: isPerson ? 'user' : 'service', id: principal ?? account };
}

/** A type this importer does not know, or none: Insights events have no identity and speak for the service. */
function unknownIdentity(id: string | undefined, userName: string | undefined, record: JsonObject): Identity {
  if (id !== undefined) return { type: 'user', id, name: userName };
  const hasAddress = textAt(record, 'sourceIPAddress') !== undefined;
  return hasAddress
    ? { type: 'anonymous', id: undefined }
    : { type: 'system', id: textAt(record, 'eventSource') };
}

/**
 * Sessions that no person holds: EC2 instances name theirs after the instance, service-linked roles have their own
 * path and prefix, Lambda and friends act through the service that invoked them.
 */
function isMachineSession(identity: JsonValue | undefined): boolean {
  const arn = textAt(identity, 'arn') ?? '';
  const issuer = textAt(identity, 'sessionContext', 'sessionIssuer', 'arn') ?? '';
  const session = lastSegment(arn) ?? '';
  const invokedBy = textAt(identity, 'invokedBy') ?? '';
  return (
    /^i-[0-9a-f]{8,17}$/.test(session) ||
    issuer.includes(':role/aws-service-role/') ||
    arn.includes(':assumed-role/AWSServiceRoleFor') ||
    invokedBy.endsWith('.amazonaws.com')
  );
}

/** `arn:aws:sts::123:assumed-role/Admin/alice` → `Admin/alice`. */
function roleSessionName(identity: JsonValue | undefined): string | undefined {
  const arn = textAt(identity, 'arn');
  const inside = arn?.split(':assumed-role/')[1];
  if (inside !== undefined) return inside;
  return textAt(identity, 'sessionContext', 'sessionIssuer', 'userName') ?? textAt(identity, 'userName');
}

/** ARN of the role behind a session: it is nobody's personal data and stays readable when the identity is erased. */
export function roleArnOf(record: JsonObject): string | undefined {
  return textAt(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn');
}

/**
 * Temporary credentials (`ASIA…`) are the session: every call made with them carries the same id. A long-lived key
 * (`AKIA…`) is not a session, it would tie years together.
 */
function sessionOf(identity: JsonValue | undefined): string | undefined {
  const accessKey = textAt(identity, 'accessKeyId');
  if (accessKey?.startsWith('ASIA') === true) return accessKey;
  const principal = textAt(identity, 'principalId');
  return textAt(identity, 'type') === 'AssumedRole' && principal?.includes(':') === true
    ? fitted(principal, ID_CHARS_MAX)
    : undefined;
}

/** The person whom the session was made for: STS source identity, or the Identity Center user. */
function onBehalfOf(identity: JsonValue | undefined): MappedActor['on_behalf_of'] {
  const source =
    textAt(identity, 'sessionContext', 'sourceIdentity') ?? textAt(identity, 'onBehalfOf', 'userId');
  const isItself = textAt(identity, 'type') === 'IdentityCenterUser';
  return source === undefined || isItself ? undefined : { type: 'user', id: fitted(source, ID_CHARS_MAX) };
}

function lastSegment(arn: string | undefined): string | undefined {
  const last = arn?.split('/').at(-1);
  return last === '' ? undefined : last;
}

/** Cuts at a character boundary, so that no half of a surrogate pair is left. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return `${text.slice(0, charsMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Shortens an id that is too long so that two different ones stay different: a piece of its SHA-256 at the end. */
export function fitted(id: string, charsMax: number): string {
  if (id.length <= charsMax) return id;
  const digest = bytesToHex(portableCrypto.sha256(utf8Encode(id))).slice(0, 16);
  return `${cut(id, charsMax - digest.length - 1)}#${digest}`;
}

/** A member only when there is a value: absent and undefined are different things on the wire. */
export function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value });
}
