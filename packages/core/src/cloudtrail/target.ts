import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json-value.ts';
import { cut, fitted, optional } from './actor.ts';
import { textAt, valueAt } from './json-path.ts';

export interface MappedTarget {
  readonly type: string;
  readonly id: string;
  readonly name?: string;
}

const TYPE_CHARS_MAX = 100;
const ID_CHARS_MAX = 500;
const NAME_CHARS_MAX = 500;

/** Request parameters that name the thing, and its CloudFormation type; the first that is there wins. */
const PARAMETERS: readonly (readonly [service: string | undefined, parameter: string, type: string])[] = [
  [undefined, 'bucketName', 'AWS::S3::Bucket'],
  ['s3', 'bucket', 'AWS::S3::Bucket'],
  [undefined, 'secretId', 'AWS::SecretsManager::Secret'],
  ['secretsmanager', 'name', 'AWS::SecretsManager::Secret'],
  ['kms', 'keyId', 'AWS::KMS::Key'],
  ['iam', 'roleName', 'AWS::IAM::Role'],
  ['iam', 'policyArn', 'AWS::IAM::Policy'],
  ['iam', 'groupName', 'AWS::IAM::Group'],
  ['iam', 'instanceProfileName', 'AWS::IAM::InstanceProfile'],
  [undefined, 'roleArn', 'AWS::IAM::Role'],
  ['lambda', 'functionName', 'AWS::Lambda::Function'],
  [undefined, 'instanceId', 'AWS::EC2::Instance'],
  ['ec2', 'routeTableId', 'AWS::EC2::RouteTable'],
  ['ec2', 'subnetId', 'AWS::EC2::Subnet'],
  ['ec2', 'internetGatewayId', 'AWS::EC2::InternetGateway'],
  ['ec2', 'natGatewayId', 'AWS::EC2::NatGateway'],
  ['ec2', 'groupId', 'AWS::EC2::SecurityGroup'],
  ['ec2', 'networkInterfaceId', 'AWS::EC2::NetworkInterface'],
  ['ec2', 'volumeId', 'AWS::EC2::Volume'],
  ['ec2', 'snapshotId', 'AWS::EC2::Snapshot'],
  ['ec2', 'imageId', 'AWS::EC2::Image'],
  ['ec2', 'vpcId', 'AWS::EC2::VPC'],
  ['rds', 'dBSnapshotIdentifier', 'AWS::RDS::DBSnapshot'],
  ['rds', 'dBInstanceIdentifier', 'AWS::RDS::DBInstance'],
  ['rds', 'dBClusterIdentifier', 'AWS::RDS::DBCluster'],
  ['cloudtrail', 'name', 'AWS::CloudTrail::Trail'],
  ['cloudtrail', 'trailName', 'AWS::CloudTrail::Trail'],
  ['ssm', 'name', 'AWS::SSM::Parameter'],
  ['logs', 'logGroupName', 'AWS::Logs::LogGroup'],
  ['dynamodb', 'tableName', 'AWS::DynamoDB::Table'],
  ['sqs', 'queueUrl', 'AWS::SQS::Queue'],
  ['sns', 'topicArn', 'AWS::SNS::Topic'],
  ['guardduty', 'detectorId', 'AWS::GuardDuty::Detector'],
];

/**
 * On which thing the call worked: the first of `resources`, else the request parameter that names one.
 *
 * IAM users get the type `user` and their ARN, so that an event about a person is found, sealed and erased together
 * with what that person did. Everything else keeps its CloudFormation type.
 */
export function targetOf(record: JsonObject, service: string): MappedTarget | undefined {
  const user = service === 'iam' ? userTarget(record) : undefined;
  return user ?? resourceTarget(record) ?? parameterTarget(record, service);
}

function userTarget(record: JsonObject): MappedTarget | undefined {
  const name = textAt(record, 'requestParameters', 'userName');
  if (name === undefined) return undefined;
  const account = textAt(record, 'recipientAccountId') ?? textAt(record, 'userIdentity', 'accountId') ?? '';
  const arn = textAt(record, 'responseElements', 'user', 'arn') ?? `arn:aws:iam::${account}:user/${name}`;
  return { type: 'user', id: fitted(arn, 200), name: cut(name, NAME_CHARS_MAX) };
}

function resourceTarget(record: JsonObject): MappedTarget | undefined {
  const resources = valueAt(record, 'resources');
  if (!Array.isArray(resources)) return undefined;
  const listed = (resources as readonly JsonValue[]).filter(isJsonObject);
  const one = listed.find((resource) => idOf(resource) !== undefined);
  if (one === undefined) return undefined;
  const id = idOf(one) ?? '';
  const type = textAt(one, 'type') ?? typeOfArn(id);
  return { type: cut(type, TYPE_CHARS_MAX), id: fitted(id, ID_CHARS_MAX), ...optional('name', nameOf(id)) };
}

function idOf(resource: JsonObject): string | undefined {
  return textAt(resource, 'ARN') ?? textAt(resource, 'arn') ?? textAt(resource, 'resourceName');
}

/** How CloudFormation spells services whose name is more than one capital letter away from the ARN's. */
const SERVICE_NAMES: Readonly<Record<string, string>> = {
  lambda: 'Lambda',
  secretsmanager: 'SecretsManager',
  cloudtrail: 'CloudTrail',
  dynamodb: 'DynamoDB',
  logs: 'Logs',
  guardduty: 'GuardDuty',
};

/** A resource without a type gets it from its ARN: `arn:aws:ssm:…:parameter/x` → `AWS::SSM::Parameter`. */
function typeOfArn(arn: string): string {
  const [prefix, , service, , , ...rest] = arn.split(':');
  if (prefix !== 'arn' || service === undefined || service === '') return 'aws';
  const resource = rest.join(':');
  if (service === 's3') return resource.includes('/') ? 'AWS::S3::Object' : 'AWS::S3::Bucket';
  const kind = /^([a-z][a-z-]*)[:/]/i.exec(resource)?.[1];
  const pascal = (kind ?? '').replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());
  return ['AWS', SERVICE_NAMES[service] ?? service.toUpperCase(), pascal]
    .filter((part) => part !== '')
    .join('::');
}

function nameOf(arn: string): string | undefined {
  const last = arn.split(/[:/]/).at(-1);
  return last === undefined || last === '' || last === arn ? undefined : cut(last, NAME_CHARS_MAX);
}

function parameterTarget(record: JsonObject, service: string): MappedTarget | undefined {
  for (const [of, parameter, type] of PARAMETERS) {
    if (of !== undefined && of !== service) continue;
    const id = textAt(record, 'requestParameters', parameter);
    if (id !== undefined) return { type, id: fitted(id, ID_CHARS_MAX) };
  }
  return undefined;
}
