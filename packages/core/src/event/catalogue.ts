import type { ActionStatus, EventCategory, EventSeverity } from './words.ts';

/** What is known about a built-in event type. */
export interface CatalogueEntry {
  readonly category: EventCategory;
  /** Severity when the client gives none and neither outcome nor HTTP status says more. */
  readonly severity: EventSeverity;
  /** One sentence: what happened when an event has this type. */
  readonly description: string;
}

function entriesOf<const Name extends string>(
  category: EventCategory,
  entries: Readonly<Record<Name, readonly [severity: EventSeverity, description: string]>>,
): Record<Name, CatalogueEntry> {
  const built: Partial<Record<Name, CatalogueEntry>> = {};
  for (const name of Object.keys(entries) as Name[]) {
    const [severity, description] = entries[name];
    built[name] = Object.freeze({ category, severity, description });
  }
  return built as Record<Name, CatalogueEntry>;
}

// Severities follow the rule of the model: reads and successes info; creates and updates low; deletes, exports, shares,
// changes of permissions, roles, keys and retention medium; failures of sign-in and denied access high; detections and
// compromised keys critical. Failures the rule does not name (a step, a run, a check) are medium.

const auth = entriesOf('auth', {
  'user.login.success': ['info', 'A user signed in.'],
  'user.login.failure': ['high', 'An attempt to sign in was refused.'],
  'user.logout': ['info', 'A user signed out.'],
  'user.session.expired': ['info', 'A session ended because its time was over.'],
  'user.password.changed': ['medium', 'A user changed their own password.'],
  'user.password.reset': ['medium', 'A forgotten password was replaced.'],
  'user.mfa.enabled': ['medium', 'A second factor was switched on for a user.'],
  'user.mfa.disabled': ['medium', 'A second factor was switched off for a user.'],
  'user.impersonated': ['medium', 'Somebody began to act as another user.'],
  'sso.initiated': ['info', 'A sign-in at an identity provider was begun.'],
  'sso.completed': ['info', 'A sign-in at an identity provider came back and was accepted.'],
  'sso.failed': ['high', 'A sign-in at an identity provider was refused or broke off.'],
  'token.refreshed': ['info', 'An access token was renewed.'],
  'api_key.created': ['medium', 'An API key was made.'],
  'api_key.rotated': ['medium', 'An API key was replaced by a new one.'],
  'api_key.revoked': ['medium', 'An API key was made useless.'],
});

const admin = entriesOf('admin', {
  'user.invited': ['low', 'Somebody was invited to become a user.'],
  'user.created': ['low', 'A user account was made.'],
  'user.updated': ['low', 'A user account was changed.'],
  'user.deleted': ['medium', 'A user account was deleted.'],
  'user.suspended': ['medium', 'A user account was locked.'],
  'user.reactivated': ['medium', 'A locked user account was opened again.'],
  'user.removed': ['medium', 'A user was taken out of an organization or project.'],
  'user.role.changed': ['medium', 'The role of a user was changed.'],
  'role.created': ['medium', 'A role was made.'],
  'role.updated': ['medium', 'What a role may do was changed.'],
  'role.deleted': ['medium', 'A role was deleted.'],
  'role.assigned': ['medium', 'A role was given to somebody.'],
  'role.revoked': ['medium', 'A role was taken from somebody.'],
  'permission.granted': ['medium', 'A permission was given.'],
  'permission.revoked': ['medium', 'A permission was taken away.'],
  'organization.settings.updated': ['low', 'Settings of the organization were changed.'],
  'billing.plan.changed': ['low', 'The plan that is paid for was changed.'],
  'audit_log.viewed': ['info', 'Somebody read events of the audit log.'],
  'audit_log.searched': ['info', 'Somebody searched the audit log.'],
  'audit_log.exported': ['medium', 'Somebody took events out of the audit log.'],
  'audit_log.verified': ['info', 'The audit log was checked for tampering.'],
});

const config = entriesOf('config', {
  'project.created': ['low', 'A project was made.'],
  'project.updated': ['low', 'A project was changed.'],
  'project.deleted': ['medium', 'A project was deleted.'],
  'project.member.added': ['medium', 'Somebody became a member of a project.'],
  'project.member.removed': ['medium', 'Somebody stopped being a member of a project.'],
  'settings.updated': ['low', 'Settings were changed.'],
  'settings.reset': ['low', 'Settings were put back to their defaults.'],
  'settings.imported': ['low', 'Settings were loaded from elsewhere.'],
  'retention_policy.updated': ['medium', 'How long things are kept was changed.'],
  'alert_rule.created': ['low', 'An alert rule was made.'],
  'alert_rule.updated': ['low', 'An alert rule was changed.'],
  'alert_rule.deleted': ['medium', 'An alert rule was deleted.'],
  'secret.created': ['medium', 'A secret was stored.'],
  'secret.accessed': ['info', 'A secret was read.'],
  'secret.updated': ['medium', 'A secret was replaced.'],
  'secret.deleted': ['medium', 'A secret was deleted.'],
  'evaluator.created': ['low', 'An evaluator was made.'],
  'evaluator.updated': ['low', 'An evaluator was changed.'],
  'test_suite.created': ['low', 'A test suite was made.'],
});

const data = entriesOf('data', {
  'document.uploaded': ['low', 'A document was uploaded.'],
  'document.viewed': ['info', 'A document was looked at.'],
  'document.downloaded': ['info', 'A document was downloaded.'],
  'document.edited': ['low', 'A document was changed.'],
  'document.deleted': ['medium', 'A document was deleted.'],
  'document.shared': ['medium', 'A document was made visible to others.'],
  'document.permission.changed': ['medium', 'Who may do what with a document was changed.'],
  'file.uploaded': ['low', 'A file was uploaded.'],
  'file.downloaded': ['info', 'A file was downloaded.'],
  'file.deleted': ['medium', 'A file was deleted.'],
  'record.created': ['low', 'A data record was made.'],
  'record.updated': ['low', 'A data record was changed.'],
  'record.deleted': ['medium', 'A data record was deleted.'],
  'data.bulk.imported': ['low', 'Many data records were loaded at once.'],
  'data.bulk.exported': ['medium', 'Many data records were taken out at once.'],
  'data.encrypted': ['low', 'Data was encrypted.'],
  'data.decrypted': ['low', 'Data was decrypted.'],
  'data.anonymized': ['low', 'Data was made anonymous.'],
  'data.purged': ['medium', 'Data was removed for good.'],
  'data.retention.applied': ['medium', 'Data was archived or removed because its time was over.'],
  'trace.created': ['low', 'A trace was recorded.'],
  'trace.viewed': ['info', 'A trace was looked at.'],
  'trace.exported': ['medium', 'A trace was taken out.'],
  'trace.deleted': ['medium', 'A trace was deleted.'],
  'trace.shared': ['medium', 'A trace was made visible to others.'],
  'dataset.created': ['low', 'A dataset was made.'],
  'dataset.updated': ['low', 'A dataset was changed.'],
  'dataset.deleted': ['medium', 'A dataset was deleted.'],
});

const ai = entriesOf('ai', {
  'workflow.started': ['info', 'A workflow began.'],
  'workflow.node.executed': ['info', 'A node of a workflow ran.'],
  'workflow.node.failed': ['medium', 'A node of a workflow failed.'],
  'workflow.completed': ['info', 'A workflow came to its end.'],
  'workflow.failed': ['medium', 'A workflow failed.'],
  'workflow.timeout': ['medium', 'A workflow took too long and was stopped.'],
  'agent.invoked': ['info', 'An agent was called.'],
  'agent.completed': ['info', 'An agent came to its end.'],
  'agent.failed': ['medium', 'An agent failed.'],
  'agent.node.started': ['info', 'A node of an agent began.'],
  'agent.node.completed': ['info', 'A node of an agent came to its end.'],
  'agent.node.failed': ['medium', 'A node of an agent failed.'],
  'agent.tool.called': ['info', 'An agent called a tool.'],
  'agent.tool.completed': ['info', 'A tool answered an agent.'],
  'agent.tool.failed': ['medium', 'A tool called by an agent failed.'],
  'agent.state.updated': ['low', 'The state of an agent was changed.'],
  'agent.decision.made': ['info', 'An agent decided something.'],
  'agent.checkpoint.created': ['low', 'The state of an agent was saved.'],
  'agent.checkpoint.retrieved': ['info', 'A saved state of an agent was read.'],
  'agent.rollback.performed': ['medium', 'An agent was put back to a saved state.'],
  'agent.execution.traced': ['info', 'The trace of an agent run was recorded.'],
  'llm.requested': ['info', 'A language model was asked.'],
  'llm.completed': ['info', 'A language model answered.'],
  'llm.failed': ['medium', 'A language model did not answer.'],
  'rag.document.indexed': ['low', 'A document was added to a retrieval index.'],
  'rag.document.updated': ['low', 'A document of a retrieval index was replaced.'],
  'rag.query.executed': ['info', 'A retrieval index was searched.'],
  'rag.chunk.retrieved': ['info', 'A passage was taken from a retrieval index.'],
  'rag.embedding.generated': ['info', 'An embedding was computed.'],
});

const evaluation = entriesOf('eval', {
  'evaluation.created': ['low', 'An evaluation was made.'],
  'evaluation.viewed': ['info', 'An evaluation was looked at.'],
  'evaluation.started': ['info', 'An evaluation began.'],
  'evaluation.completed': ['info', 'An evaluation came to its end.'],
  'evaluation.failed': ['medium', 'An evaluation could not be carried out.'],
  'benchmark.started': ['info', 'A benchmark began.'],
  'benchmark.completed': ['info', 'A benchmark came to its end.'],
  'baseline.updated': ['low', 'The baseline that results are compared with was changed.'],
});

const compliance = entriesOf('compliance', {
  'compliance.check.initiated': ['info', 'A compliance check began.'],
  'compliance.check.completed': ['info', 'A compliance check came to its end.'],
  'compliance.traffic_light.assigned': ['low', 'A traffic light was given to the result of a check.'],
  'compliance.issue.identified': ['medium', 'A compliance issue was found.'],
  'compliance.issue.resolved': ['low', 'A compliance issue was settled.'],
  'compliance.report.generated': ['info', 'A compliance report was made.'],
  'standard.checked': ['info', 'Something was compared with a standard.'],
  'analysis.started': ['info', 'An analysis began.'],
  'analysis.completed': ['info', 'An analysis came to its end.'],
  'analysis.conflict.detected': ['medium', 'An analysis found statements that contradict each other.'],
  'analysis.recommendation.generated': ['info', 'An analysis recommended something.'],
});

const security = entriesOf('security', {
  'security.unauthorized_access': ['high', 'Somebody reached, or tried to reach, what they may not.'],
  'security.suspicious_activity': ['critical', 'Behaviour was noticed that points to an attack.'],
  'security.brute_force.detected': ['critical', 'Somebody is guessing credentials.'],
  'security.unusual_data_access': ['critical', 'Data was read in an unusual amount, place or time.'],
  'security.api_key.compromised': ['critical', 'An API key is in the wrong hands.'],
  'security.encryption.failed': ['high', 'Data could not be encrypted or decrypted.'],
  'security.ip.blocked': ['medium', 'An address was shut out.'],
  'permission.denied': ['high', 'An action was refused because the permission for it is missing.'],
});

const system = entriesOf('system', {
  'system.startup': ['info', 'A system started.'],
  'system.shutdown': ['info', 'A system stopped.'],
  'system.error': ['high', 'A system met an error.'],
  'system.health_check.failed': ['high', 'A system says, or shows by silence, that it is not well.'],
  'system.backup.completed': ['info', 'A backup was made.'],
  'frontend.error': ['low', 'A browser reported an error.'],
});

const performance = entriesOf('performance', {
  'performance.slow_query': ['low', 'A query took longer than it should.'],
  'performance.high_memory': ['low', 'A process used more memory than it should.'],
  'performance.rate_limit.exceeded': ['medium', 'Somebody sent more requests than allowed.'],
});

const api = entriesOf('api', {
  'api.request': ['info', 'An API was called.'],
  'api.error': ['low', 'A call of an API ended in an error.'],
});

/** The built-in event types by name. */
export const EVENT_CATALOGUE = Object.freeze({
  ...auth,
  ...admin,
  ...config,
  ...data,
  ...ai,
  ...evaluation,
  ...compliance,
  ...security,
  ...system,
  ...performance,
  ...api,
});

/** Names of the built-in event types. */
export type CatalogueType = keyof typeof EVENT_CATALOGUE;

/** The entry of a built-in type, or `undefined` for a type of your own. */
export function catalogueEntry(type: string): CatalogueEntry | undefined {
  return Object.hasOwn(EVENT_CATALOGUE, type) ? EVENT_CATALOGUE[type as CatalogueType] : undefined;
}

/** Last segments of a type that say the outcome themselves. */
const OUTCOME_WORDS: ReadonlyMap<string, ActionStatus> = new Map([
  ['success', 'success'],
  ['succeeded', 'success'],
  ['failure', 'failure'],
  ['failed', 'failure'],
  ['timeout', 'failure'],
  ['error', 'failure'],
  ['denied', 'denied'],
]);

/**
 * The outcome that the name of a type says itself (`sso.failed`, `permission.denied`, `user.login.success`), else
 * `undefined`: no outcome is invented, because a log that says success where nobody knows is a log that lies.
 */
export function impliedStatus(type: string): ActionStatus | undefined {
  return OUTCOME_WORDS.get(type.slice(type.lastIndexOf('.') + 1));
}

/** Types of this beginning tell who read, exported or verified the log; if clients could send them, they could forge that. */
export const RESERVED_TYPE_PREFIX = 'audit_log.';

/** Whether only the server itself may record events of a type. */
export function isReservedType(type: string): boolean {
  return type.startsWith(RESERVED_TYPE_PREFIX);
}
