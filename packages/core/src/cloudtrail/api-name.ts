/**
 * First word of an API name → verb of the event. A word that is not here is its own verb in lower case
 * (`Tag…` → `tag`): the verb is an open field.
 */
const VERB_OF_WORD: Readonly<Record<string, string>> = {
  ...words(
    'read',
    'Get List Describe Head Lookup Search Query Scan Select View Check Discover Preview Estimate Poll',
  ),
  ...words('read', 'Simulate Test Validate Verify Detect Count Find Fetch Receive Peek'),
  ...words(
    'create',
    'Create Run Put Add Allocate Register Request Issue Generate Provision Launch Upload Publish',
  ),
  ...words('create', 'Copy Clone Restore Initiate Import Purchase Send Subscribe'),
  ...words(
    'update',
    'Update Modify Set Change Edit Replace Rename Reset Rotate Tag Untag Configure Move Resize',
  ),
  ...words('update', 'Enable Disable Start Stop Reboot Resume Suspend Pause Activate Deactivate Upgrade'),
  ...words(
    'update',
    'Associate Disassociate Attach Detach Assign Unassign Promote Complete Upsert Increase Decrease',
  ),
  ...words('delete', 'Delete Remove Terminate Release Deregister Cancel Destroy Purge Abort Unsubscribe'),
  ...words(
    'execute',
    'Invoke Execute Call Submit Assume Decrypt Encrypt Sign Reencrypt Re Switch Join Leave',
  ),
  ...words('export', 'Export Download'),
  ...words('share', 'Share Unshare'),
  ...words('approve', 'Accept Approve Authorize Confirm Grant Allow'),
  ...words('deny', 'Reject Deny Revoke'),
};

/** Whole API names that their first word would get wrong. */
const VERB_OF_NAME: Readonly<Record<string, string>> = {
  ConsoleLogin: 'login',
  ConsoleLogout: 'logout',
  CheckMfa: 'login',
  UserAuthentication: 'login',
  GetSessionToken: 'login',
  GetFederationToken: 'login',
  GetSigninToken: 'login',
  Federate: 'login',
  Authenticate: 'login',
  Logout: 'logout',
  BatchWriteItem: 'update',
  ScheduleKeyDeletion: 'delete',
  GenerateDataKey: 'execute',
};

function words(verb: string, list: string): Record<string, string> {
  return Object.fromEntries(list.split(' ').map((word) => [word, verb]));
}

/** `DescribeDBInstances` → `describe`, `DB`, `Instances`; `ListMFADevices` → `List`, `MFA`, `Devices`. */
function wordsOf(apiName: string): readonly string[] {
  return apiName.match(/[A-Z]+(?![a-z])[0-9]*|[A-Z][a-z0-9]*|[a-z0-9]+/g) ?? [];
}

/** Lambda and CloudFront put the version of the API into its name: `CreateFunction20150331v2`. */
function withoutApiVersion(eventName: string): string {
  return eventName.replace(/(?<=[A-Za-z])20\d{6}(v\d+)?$/, '').replace(/(?<=[a-z])20\d{2}_\d{2}_\d{2}$/, '');
}

/** The verb of an API call: what the caller wanted, whether or not it was done. */
export function verbOf(eventName: string): string {
  const name = withoutApiVersion(eventName);
  const whole = Object.hasOwn(VERB_OF_NAME, name) ? VERB_OF_NAME[name] : undefined;
  if (whole !== undefined) return whole;
  const list = wordsOf(name);
  const first = list[0] ?? '';
  const word = /^Batch$/.test(first) && list[1] !== undefined ? list[1] : first;
  const known = Object.hasOwn(VERB_OF_WORD, word) ? VERB_OF_WORD[word] : undefined;
  return known ?? (word === '' ? 'execute' : word.toLowerCase());
}

/** `s3.amazonaws.com` → `s3`: the short name of the service that was called. */
export function serviceOf(eventSource: string | undefined): string {
  const host = (eventSource ?? '')
    .toLowerCase()
    .replace(/\.(amazonaws\.com(\.cn)?|aws\.internal|amazon\.com|aws)$/, '');
  return host.replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '') || 'unknown';
}

/** Event type of an API call: `aws.<service>.<snake_name>`, e.g. `aws.rds.describe_db_instances`. */
export function eventTypeOf(service: string, eventName: string): string {
  const name = wordsOf(withoutApiVersion(eventName))
    .join('_')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_');
  // 100 characters is the limit of the field; real API names end at about 60.
  return `aws.${service.slice(0, 30)}.${(name || 'unknown').slice(0, 60)}`;
}
