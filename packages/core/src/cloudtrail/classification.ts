/** Which category the calls of a service belong to; what is not here changes infrastructure: `config`. */
const CATEGORY_OF_SERVICE: Readonly<Record<string, string>> = {
  signin: 'auth',
  sts: 'auth',
  sso: 'auth',
  sso_oidc: 'auth',
  cognito_idp: 'auth',
  iam: 'admin',
  organizations: 'admin',
  account: 'admin',
  identitystore: 'admin',
  rolesanywhere: 'admin',
  guardduty: 'security',
  securityhub: 'security',
  inspector2: 'security',
  detective: 'security',
  macie2: 'security',
  access_analyzer: 'security',
  secretsmanager: 'security',
  kms: 'security',
  cloudtrail: 'security',
  health: 'system',
};

/** Calls that blind the audit trail itself; MITRE ATT&CK T1562.008. */
const BLINDING =
  /^(StopLogging|DeleteTrail|UpdateTrail|PutEventSelectors|DeleteFlowLogs|DeleteDetector|DisableSecurityHub|StopConfigurationRecorder|DeleteConfigurationRecorder|DeleteLogGroup)$/;

/** Calls that read secrets or credentials in the clear. */
const SECRET_READ =
  /^(GetSecretValue|BatchGetSecretValue|GetPasswordData|GetParameters?|GetParametersByPath)$/;

/** Calls that change who may do what, or let others at the data. */
const ACCESS_CHANGE =
  /(Policy|Policies|Role|AccessKey|LoginProfile|PermissionSet|Permission|Grant|Acl|SnapshotAttribute|ImageAttribute|SecurityGroup(In|E)gress|TrustAnchor)/;

export interface CallFacts {
  readonly service: string;
  readonly eventName: string;
  readonly verb: string;
  readonly status: string | undefined;
  /** `Data` for data events (objects, items), else `Management` or `Insight`. */
  readonly eventCategory: string | undefined;
}

/** Category of an API call, by the service that was called. */
export function categoryOf(facts: CallFacts): string {
  if (facts.eventCategory === 'Data') return 'data';
  return CATEGORY_OF_SERVICE[facts.service] ?? 'config';
}

/**
 * Severity of an API call, by the same scale as the built-in catalogue: reads `info`, creations and changes `low`,
 * deletions and changes of access `medium`, refused access and failures around secrets `high`; blinding the trail is
 * `high` even when it succeeds.
 */
export function severityOf(facts: CallFacts): string {
  const failed = facts.status === 'failure' || facts.status === 'denied';
  if (facts.status === 'denied' || BLINDING.test(facts.eventName)) return 'high';
  if (SECRET_READ.test(facts.eventName)) return failed ? 'high' : 'medium';
  if (facts.verb === 'read' || facts.verb === 'execute') return 'info';
  if (['delete', 'export', 'share', 'approve', 'deny'].includes(facts.verb)) return 'medium';
  return ACCESS_CHANGE.test(facts.eventName) ? 'medium' : 'low';
}
