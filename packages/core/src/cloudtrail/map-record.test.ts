import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../canonical/json-value.ts';
import { normalizeEvent } from '../index.ts';
import { eventTypeOf, serviceOf, verbOf } from './api-name.ts';
import { mapRecord } from './map-record.ts';
import { parseRecord } from './parse-record.ts';

const BASE: JsonObject = {
  eventVersion: '1.08',
  eventTime: '2023-07-10T11:42:36Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetBucketAcl',
  awsRegion: 'eu-central-1',
  sourceIPAddress: '192.0.2.7',
  userAgent: 'aws-cli/2',
  eventID: '293ba626-3be5-4a26-ab1b-0f4c54f49959',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice', userName: 'alice' },
};

function map(change: JsonObject): Record<string, Record<string, unknown>> {
  const mapped = mapRecord({ ...BASE, ...change });
  if (!mapped.ok) throw new Error(mapped.detail);
  const normalized = normalizeEvent(mapped.event, {
    tenantId: 'acme',
    nowMs: Date.parse('2026-01-01T00:00:00Z'),
    newId: () => '',
  });
  expect(normalized).toMatchObject({ ok: true });
  return mapped.event as unknown as Record<string, Record<string, unknown>>;
}

function actor(userIdentity: JsonObject, change: JsonObject = {}): Record<string, unknown> | undefined {
  return map({ userIdentity, ...change }).actor;
}

describe('who', () => {
  it('is the user with the ARN as id', () => {
    expect(
      actor({ type: 'IAMUser', arn: 'arn:aws:iam::1:user/bob', userName: 'bob', accessKeyId: 'AKIAX' }),
    ).toEqual({
      type: 'user',
      id: 'arn:aws:iam::1:user/bob',
      name: 'bob',
      ip_address: '192.0.2.7',
      user_agent: 'aws-cli/2',
    });
  });

  it('has a session when the credentials are temporary', () => {
    expect(actor({ type: 'IAMUser', arn: 'arn:aws:iam::1:user/bob', accessKeyId: 'ASIAX' })).toMatchObject({
      session_id: 'ASIAX',
    });
  });

  it('is root', () => {
    expect(actor({ type: 'Root', arn: 'arn:aws:iam::1:root', accountId: '1' })).toMatchObject({
      type: 'user',
      id: 'arn:aws:iam::1:root',
      name: 'root',
    });
  });

  it('is the session of an assumed role, with role and source identity', () => {
    const event = map({
      userIdentity: {
        type: 'AssumedRole',
        principalId: 'AROAX:alice@example.com',
        arn: 'arn:aws:sts::1:assumed-role/Admin/alice@example.com',
        accessKeyId: 'ASIAY',
        sessionContext: {
          sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::1:role/Admin', userName: 'Admin' },
          sourceIdentity: 'alice',
        },
      },
    });
    expect(event.actor).toMatchObject({
      type: 'user',
      id: 'arn:aws:sts::1:assumed-role/Admin/alice@example.com',
      name: 'Admin/alice@example.com',
      session_id: 'ASIAY',
      on_behalf_of: { type: 'user', id: 'alice' },
    });
    expect(event.metadata).toMatchObject({ aws: { role_arn: 'arn:aws:iam::1:role/Admin' } });
  });

  it.each([
    ['an EC2 instance', { arn: 'arn:aws:sts::1:assumed-role/web/i-0dbc91f429e48eeed' }],
    ['a service-linked role', { arn: 'arn:aws:sts::1:assumed-role/AWSServiceRoleForRDS/SLRManagement' }],
    ['a service', { arn: 'arn:aws:sts::1:assumed-role/x/y', invokedBy: 'rds.amazonaws.com' }],
  ])('is a machine when the role is held by %s', (_name, identity) => {
    expect(actor({ type: 'AssumedRole', ...identity })).toMatchObject({ type: 'service' });
  });

  it.each([
    [
      { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
      { type: 'service', id: 'ec2.amazonaws.com' },
    ],
    [
      { type: 'FederatedUser', arn: 'arn:aws:sts::1:federated-user/carol', principalId: '1:carol' },
      { type: 'user', id: 'arn:aws:sts::1:federated-user/carol', name: 'carol' },
    ],
    [
      {
        type: 'SAMLUser',
        principalId: 'q:dave',
        userName: 'dave',
        identityProvider: 'arn:aws:iam::1:saml-provider/x',
      },
      { type: 'user', id: 'q:dave', name: 'dave' },
    ],
    [
      { type: 'WebIdentityUser', principalId: 'accounts.google.com:app:123', userName: '123' },
      { type: 'user', id: 'accounts.google.com:app:123', name: '123' },
    ],
    [
      { type: 'IdentityCenterUser', onBehalfOf: { userId: 'u-1', identityStoreArn: 'x' } },
      { type: 'user', id: 'u-1' },
    ],
    [
      { type: 'AWSAccount', accountId: '444455556666' },
      { type: 'service', id: '444455556666' },
    ],
    [
      { type: 'AWSAccount', principalId: 'AIDAX', accountId: '4' },
      { type: 'user', id: 'AIDAX' },
    ],
    [{ type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' }, { type: 'anonymous' }],
    [
      { type: 'Martian', principalId: 'm-1' },
      { type: 'user', id: 'm-1' },
    ],
    [{}, { type: 'anonymous' }],
  ])('is known from %j', (identity, expected) => {
    expect(actor(identity as unknown as JsonObject)).toEqual({
      ...expected,
      ip_address: '192.0.2.7',
      user_agent: 'aws-cli/2',
    });
  });

  it('fits its id and keeps different long ids apart', () => {
    const long = (end: string): JsonObject => ({
      type: 'IAMUser',
      arn: `arn:aws:iam::1:user/${'p'.repeat(300)}/${end}`,
    });
    const [one, two] = [actor(long('a')), actor(long('b'))];
    expect(String(one?.id)).toHaveLength(200);
    expect(one?.id).not.toBe(two?.id);
  });
});

describe('what', () => {
  it.each([
    ['GetBucketAcl', 'read'],
    ['ListUsers', 'read'],
    ['DescribeDBInstances', 'read'],
    ['BatchGetImage', 'read'],
    ['HeadObject', 'read'],
    ['LookupEvents', 'read'],
    ['CreateFunction20150331', 'create'],
    ['PutParameter', 'create'],
    ['RunInstances', 'create'],
    ['UpdateFunctionCode20150331v2', 'update'],
    ['ModifyDBSnapshotAttribute', 'update'],
    ['AttachRolePolicy', 'update'],
    ['StopLogging', 'update'],
    ['DeleteTrail', 'delete'],
    ['TerminateInstances', 'delete'],
    ['ScheduleKeyDeletion', 'delete'],
    ['AssumeRole', 'execute'],
    ['Decrypt', 'execute'],
    ['ConsoleLogin', 'login'],
    ['AuthorizeSecurityGroupIngress', 'approve'],
    ['RevokeSecurityGroupIngress', 'deny'],
    ['FrobnicateThing', 'frobnicate'],
    ['constructor', 'constructor'],
  ])('%s is %s', (name, verb) => {
    expect(verbOf(name)).toBe(verb);
  });

  it.each([
    ['ec2.amazonaws.com', 'DescribeVpcs', 'aws.ec2.describe_vpcs'],
    ['iam.amazonaws.com', 'ListMFADevices', 'aws.iam.list_mfa_devices'],
    ['lambda.amazonaws.com', 'GetFunction20150331v2', 'aws.lambda.get_function'],
    ['resource-explorer-2.amazonaws.com', 'ListIndexes', 'aws.resource_explorer_2.list_indexes'],
    ['s3express.amazonaws.com', 'PutObject', 'aws.s3express.put_object'],
  ])('%s %s is %s', (source, name, type) => {
    expect(eventTypeOf(serviceOf(source), name)).toBe(type);
  });

  it('names sign-ins like every other log does', () => {
    const signIn = {
      eventSource: 'signin.amazonaws.com',
      eventName: 'ConsoleLogin',
      eventType: 'AwsConsoleSignIn',
    };
    const success = map({ ...signIn, responseElements: { ConsoleLogin: 'Success' } });
    expect(success).toMatchObject({
      type: 'user.login.success',
      action: { verb: 'login', status: 'success' },
    });
    const failure = map({
      ...signIn,
      responseElements: { ConsoleLogin: 'Failure' },
      errorMessage: 'Failed authentication',
    });
    expect(failure).toMatchObject({
      type: 'user.login.failure',
      action: { verb: 'login', status: 'failure', error: 'Failed authentication' },
    });
  });

  it.each([
    ['AccessDenied', 'denied'],
    ['Client.UnauthorizedOperation', 'denied'],
    ['AccessDeniedException', 'denied'],
    ['Client.AuthFailure', 'denied'],
    ['ThrottlingException', 'failure'],
    ['NoSuchBucketPolicy', 'failure'],
  ])('trap 23: error code %s is %s, never a success', (errorCode, status) => {
    expect(map({ errorCode, errorMessage: 'why' }).action).toMatchObject({
      status,
      error: `${errorCode}: why`,
    });
  });

  it('says nothing of the result when the record does not', () => {
    const insight = { eventType: 'AwsCloudTrailInsight', eventCategory: 'Insight', userIdentity: null };
    expect(map(insight).action).not.toHaveProperty('status');
  });
});

describe('on which thing', () => {
  it.each([
    [
      { resources: [{ type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::b' }] },
      { type: 'AWS::S3::Bucket', id: 'arn:aws:s3:::b', name: 'b' },
    ],
    [
      { resources: [{ ARN: 'arn:aws:s3:::b/k' }] },
      { type: 'AWS::S3::Object', id: 'arn:aws:s3:::b/k', name: 'k' },
    ],
    [
      { resources: [{ accountId: '1' }, { ARN: 'arn:aws:ssm:eu:1:parameter/x' }] },
      { type: 'AWS::SSM::Parameter', id: 'arn:aws:ssm:eu:1:parameter/x', name: 'x' },
    ],
    [{ requestParameters: { bucketName: 'b' } }, { type: 'AWS::S3::Bucket', id: 'b' }],
    [
      { eventSource: 'iam.amazonaws.com', requestParameters: { userName: 'eve' } },
      { type: 'user', id: 'arn:aws:iam::111122223333:user/eve', name: 'eve' },
    ],
  ])('%j', (change, target) => {
    expect(map(change as unknown as JsonObject).target).toEqual(target);
  });

  it('is absent when nothing is named', () => {
    expect(map({})).not.toHaveProperty('target');
  });
});

describe('where', () => {
  it('keeps an address, and puts the name of a service elsewhere', () => {
    expect(map({ sourceIPAddress: '2001:db8::1' }).actor).toMatchObject({ ip_address: '2001:db8::1' });
    const service = map({ sourceIPAddress: 'rds.amazonaws.com' });
    expect(service.actor).not.toHaveProperty('ip_address');
    expect(service.metadata).toMatchObject({ aws: { source_service: 'rds.amazonaws.com' } });
    expect(map({ sourceIPAddress: 'AWS Internal' }).metadata).toMatchObject({
      aws: { source_service: 'AWS Internal' },
    });
  });

  it('gives account, region, service and request', () => {
    expect(map({ requestID: 'R1' }).context).toEqual({
      project_id: '111122223333',
      environment: 'eu-central-1',
      service: 's3.amazonaws.com',
      request_id: 'R1',
    });
  });
});

describe('without loss', () => {
  it('keeps the whole record', () => {
    const record = { ...BASE, requestParameters: { deep: [{ a: null, b: '', c: [] }] } };
    expect(map(record).metadata).toMatchObject({ cloudtrail: record });
  });

  it('keeps numbers that a double cannot hold, as text', () => {
    const text = JSON.stringify(BASE).replace(
      '{',
      '{"big":12345678901234567890,"small":1.5,"text":"99999999999999999999",',
    );
    const parsed = parseRecord(text);
    expect(parsed).toMatchObject({
      ok: true,
      record: { big: '12345678901234567890', small: 1.5, text: '99999999999999999999' },
      quotedNumbers: ['12345678901234567890'],
    });
  });

  it('refuses a record that would lose something in silence', () => {
    expect(parseRecord('{"eventName":"A","eventName":"B"}')).toMatchObject({ ok: false });
    expect(parseRecord('{"eventName":"\\ud800"}')).toMatchObject({ ok: false });
    expect(parseRecord('[1]')).toEqual({ ok: false, detail: 'it is not a JSON object' });
  });

  it('unwraps lookup-events', () => {
    const wrapped = JSON.stringify({ EventId: 'x', CloudTrailEvent: JSON.stringify(BASE) });
    expect(parseRecord(wrapped)).toMatchObject({ ok: true, record: BASE });
  });
});

describe('personal data', () => {
  it('is declared under the actor', () => {
    expect(map({}).personal).toEqual([
      {
        subject: 'arn:aws:iam::111122223333:user/alice',
        paths: [
          '/metadata/cloudtrail/userIdentity',
          '/metadata/cloudtrail/sourceIPAddress',
          '/metadata/cloudtrail/userAgent',
        ],
      },
    ]);
  });

  it('is declared under the address when nobody is named', () => {
    const anonymous = map({ userIdentity: { type: 'AWSAccount', accountId: 'ANONYMOUS_PRINCIPAL' } });
    expect(anonymous.personal).toMatchObject([{ subject: 'ip:192.0.2.7' }]);
  });
});

describe('the id', () => {
  it('is the eventID', () => {
    expect(map({}).id).toBe(BASE.eventID);
  });

  it('comes from the record when there is none, and is the same each time', () => {
    const [one, again, other] = [
      map({ eventID: '' }),
      map({ eventID: '' }),
      map({ eventID: '', eventName: 'B' }),
    ];
    expect(one.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one.id).toBe(again.id);
    expect(one.id).not.toBe(other.id);
  });

  it('needs a name and a time beside it', () => {
    const { eventName: _name, ...nameless } = BASE;
    const { eventTime: _time, ...timeless } = BASE;
    expect(mapRecord(nameless)).toEqual({ ok: false, detail: 'it has no eventName' });
    expect(mapRecord(timeless)).toEqual({ ok: false, detail: 'it has no eventTime' });
  });
});
