// Made by generate/generate-event-types.ts from the event schema of @attestry/core. Do not edit.

/** A JSON value. `undefined` members are left out when an event is sent. */
export type JsonValue = string | number | boolean | null | undefined | readonly JsonValue[] | JsonObject;

/**
 * A free object, also one of an interface or a class. What JSON has no form for is sent in another one: dates and bigints as
 * texts, functions not at all.
 */
export interface JsonObject {
  // biome-ignore lint/suspicious/noExplicitAny: of all index signatures only this one takes objects of an interface
  readonly [name: string]: any; // oxlint-disable-line typescript/no-explicit-any -- the same
}

/** A built-in event type. */
export type CatalogueType =
  | 'user.login.success'
  | 'user.login.failure'
  | 'user.logout'
  | 'user.session.expired'
  | 'user.password.changed'
  | 'user.password.reset'
  | 'user.mfa.enabled'
  | 'user.mfa.disabled'
  | 'user.impersonated'
  | 'sso.initiated'
  | 'sso.completed'
  | 'sso.failed'
  | 'token.refreshed'
  | 'api_key.created'
  | 'api_key.rotated'
  | 'api_key.revoked'
  | 'user.invited'
  | 'user.created'
  | 'user.updated'
  | 'user.deleted'
  | 'user.suspended'
  | 'user.reactivated'
  | 'user.removed'
  | 'user.role.changed'
  | 'role.created'
  | 'role.updated'
  | 'role.deleted'
  | 'role.assigned'
  | 'role.revoked'
  | 'permission.granted'
  | 'permission.revoked'
  | 'organization.settings.updated'
  | 'billing.plan.changed'
  | 'audit_log.viewed'
  | 'audit_log.searched'
  | 'audit_log.exported'
  | 'audit_log.verified'
  | 'project.created'
  | 'project.updated'
  | 'project.deleted'
  | 'project.member.added'
  | 'project.member.removed'
  | 'settings.updated'
  | 'settings.reset'
  | 'settings.imported'
  | 'retention_policy.updated'
  | 'alert_rule.created'
  | 'alert_rule.updated'
  | 'alert_rule.deleted'
  | 'secret.created'
  | 'secret.accessed'
  | 'secret.updated'
  | 'secret.deleted'
  | 'evaluator.created'
  | 'evaluator.updated'
  | 'test_suite.created'
  | 'document.uploaded'
  | 'document.viewed'
  | 'document.downloaded'
  | 'document.edited'
  | 'document.deleted'
  | 'document.shared'
  | 'document.permission.changed'
  | 'file.uploaded'
  | 'file.downloaded'
  | 'file.deleted'
  | 'record.created'
  | 'record.updated'
  | 'record.deleted'
  | 'data.bulk.imported'
  | 'data.bulk.exported'
  | 'data.encrypted'
  | 'data.decrypted'
  | 'data.anonymized'
  | 'data.purged'
  | 'data.retention.applied'
  | 'trace.created'
  | 'trace.viewed'
  | 'trace.exported'
  | 'trace.deleted'
  | 'trace.shared'
  | 'dataset.created'
  | 'dataset.updated'
  | 'dataset.deleted'
  | 'workflow.started'
  | 'workflow.node.executed'
  | 'workflow.node.failed'
  | 'workflow.completed'
  | 'workflow.failed'
  | 'workflow.timeout'
  | 'agent.invoked'
  | 'agent.completed'
  | 'agent.failed'
  | 'agent.node.started'
  | 'agent.node.completed'
  | 'agent.node.failed'
  | 'agent.tool.called'
  | 'agent.tool.completed'
  | 'agent.tool.failed'
  | 'agent.state.updated'
  | 'agent.decision.made'
  | 'agent.checkpoint.created'
  | 'agent.checkpoint.retrieved'
  | 'agent.rollback.performed'
  | 'agent.execution.traced'
  | 'llm.requested'
  | 'llm.completed'
  | 'llm.failed'
  | 'rag.document.indexed'
  | 'rag.document.updated'
  | 'rag.query.executed'
  | 'rag.chunk.retrieved'
  | 'rag.embedding.generated'
  | 'evaluation.created'
  | 'evaluation.viewed'
  | 'evaluation.started'
  | 'evaluation.completed'
  | 'evaluation.failed'
  | 'benchmark.started'
  | 'benchmark.completed'
  | 'baseline.updated'
  | 'compliance.check.initiated'
  | 'compliance.check.completed'
  | 'compliance.traffic_light.assigned'
  | 'compliance.issue.identified'
  | 'compliance.issue.resolved'
  | 'compliance.report.generated'
  | 'standard.checked'
  | 'analysis.started'
  | 'analysis.completed'
  | 'analysis.conflict.detected'
  | 'analysis.recommendation.generated'
  | 'security.unauthorized_access'
  | 'security.suspicious_activity'
  | 'security.brute_force.detected'
  | 'security.unusual_data_access'
  | 'security.api_key.compromised'
  | 'security.encryption.failed'
  | 'security.ip.blocked'
  | 'permission.denied'
  | 'system.startup'
  | 'system.shutdown'
  | 'system.error'
  | 'system.health_check.failed'
  | 'system.backup.completed'
  | 'frontend.error'
  | 'performance.slow_query'
  | 'performance.high_memory'
  | 'performance.rate_limit.exceeded'
  | 'api.request'
  | 'api.error';

/** An event as a client sends it. */
export interface EventInput {
  /** What happened: segments of a to z, 0 to 9 and _ joined by dots, e.g. document.uploaded. */
  readonly type: CatalogueType | (string & {});
  /** UUID of any version, kept in lower case; permanent idempotency key within the tenant. */
  readonly id?: string | undefined;
  /** What it is about; default from the type. */
  readonly category?:
    | 'auth'
    | 'data'
    | 'config'
    | 'admin'
    | 'eval'
    | 'ai'
    | 'compliance'
    | 'security'
    | 'system'
    | 'performance'
    | 'api'
    | undefined;
  /** How much attention it deserves; default from the type, warning means medium. */
  readonly severity?: 'info' | 'low' | 'medium' | 'high' | 'critical' | 'warning' | undefined;
  /** When it happened, RFC 3339 with offset; kept in UTC with milliseconds. */
  readonly occurred_at?: string | undefined;
  /** Tenant the event belongs to; known from the credential, so it need not be sent. */
  readonly tenant_id?: string | undefined;
  /** Who did it. */
  readonly actor?:
    | {
        /** What kind of being acted. The personal data of a `user` is sealed. */
        readonly type: 'user' | 'service' | 'agent' | 'system' | 'anonymous';
        /** Its id in your system. */
        readonly id?: string | undefined;
        /** Its name. */
        readonly name?: string | undefined;
        /** Its e-mail address. */
        readonly email?: string | undefined;
        /** IPv4 or IPv6 address the action came from; no port, no zone. Kept as sent. */
        readonly ip_address?: string | undefined;
        /** The program it used. */
        readonly user_agent?: string | undefined;
        /** An id of the session; not the session cookie itself. */
        readonly session_id?: string | undefined;
        /** Whom the actor acts for, e.g. the user whose request an agent carries out. */
        readonly on_behalf_of?:
          | {
              /** What kind of being is acted for. */
              readonly type: 'user' | 'service' | 'agent' | 'system' | 'anonymous';
              /** Its id in your system. */
              readonly id?: string | undefined;
              /** Its name. */
              readonly name?: string | undefined;
            }
          | undefined;
      }
    | undefined;
  /** What was done, and with what result. */
  readonly action?:
    | {
        /** What was done, in one word; well known are create, read, update, delete, execute, export, share, login, logout, approve, deny. */
        readonly verb?: string | undefined;
        /** What was done, for people. Not sealed by default. */
        readonly description?: string | undefined;
        /** How it ended. Never invented: absent unless sent, or said by the type itself. */
        readonly status?: 'success' | 'failure' | 'denied' | 'partial' | 'in_progress' | undefined;
        /** Why it failed. Not sealed by default. */
        readonly error?: string | undefined;
      }
    | undefined;
  /** The thing it was done to. */
  readonly target?:
    | {
        /** What kind of thing. The id, name and metadata of a `user` are sealed. */
        readonly type: string;
        /** Its id in your system. */
        readonly id?: string | undefined;
        /** Its name. */
        readonly name?: string | undefined;
        /** More about the thing. Free object, at most 32 levels deep. */
        readonly metadata?: JsonObject | undefined;
      }
    | undefined;
  /** In which setting. */
  readonly context?:
    | {
        /** Project it belongs to. */
        readonly project_id?: string | undefined;
        /** Environment, e.g. production. */
        readonly environment?: string | undefined;
        /** Service that reports it. */
        readonly service?: string | undefined;
        /** Request that caused it. */
        readonly request_id?: string | undefined;
        /** What ties events of several services together. */
        readonly correlation_id?: string | undefined;
        /** Event or step this one follows from. */
        readonly parent_id?: string | undefined;
        /** Trace id (W3C trace context). */
        readonly trace_id?: string | undefined;
        /** Span id (W3C trace context). */
        readonly span_id?: string | undefined;
        /** Why it was done. Not sealed by default. */
        readonly reason?: string | undefined;
        /** Where the actor was. */
        readonly location?:
          | {
              /** Country, best as ISO 3166-1 code. */
              readonly country?: string | undefined;
              /** Region or state. */
              readonly region?: string | undefined;
              /** City. */
              readonly city?: string | undefined;
            }
          | undefined;
      }
    | undefined;
  /** The HTTP request, when there was one. */
  readonly http?:
    | {
        /** Request method. */
        readonly method?: string | undefined;
        /** Route pattern, e.g. /users/:id. */
        readonly route?: string | undefined;
        /** Path as requested; leave the query string out, it carries tokens. */
        readonly path?: string | undefined;
        /** Status of the answer. */
        readonly status_code?: number | undefined;
        /** Time until the answer, in milliseconds. */
        readonly duration_ms?: number | undefined;
      }
    | undefined;
  /** The change. */
  readonly data?:
    | {
        /** State before the change. Free object, at most 32 levels deep. */
        readonly before?: JsonObject | undefined;
        /** State after the change. Free object, at most 32 levels deep. */
        readonly after?: JsonObject | undefined;
        /** Names of the changed members; computed when both states are sent and this is not. */
        readonly fields?: readonly string[] | undefined;
        /** More about the change. Free object, at most 32 levels deep. */
        readonly metadata?: JsonObject | undefined;
      }
    | undefined;
  /** What an AI agent did. */
  readonly ai?:
    | {
        /** Kind of agent. */
        readonly agent_type?: string | undefined;
        /** Model that answered. */
        readonly model?: string | undefined;
        /** Who runs the model. */
        readonly provider?: string | undefined;
        /** Run this step belongs to. */
        readonly execution_id?: string | undefined;
        /** Node of the graph. */
        readonly node?: string | undefined;
        /** Number of the step within the run. */
        readonly step?: number | undefined;
        /** State saved by this step. */
        readonly checkpoint_id?: string | undefined;
        /** State this step started from. */
        readonly parent_checkpoint_id?: string | undefined;
        /** Tool that was called. */
        readonly tool_name?: string | undefined;
        /** Tokens sent to the model. */
        readonly prompt_tokens?: number | undefined;
        /** Tokens the model answered with. */
        readonly completion_tokens?: number | undefined;
        /** Cost in US dollars. */
        readonly cost_usd?: number | undefined;
        /** How sure, 0 to 1. */
        readonly confidence_score?: number | undefined;
        /** Why the agent decided so. Not sealed by default. */
        readonly reasoning?: string | undefined;
        /** Tools used by this step. */
        readonly tools_used?: readonly string[] | undefined;
        /** Time the step took, in milliseconds. */
        readonly execution_time_ms?: number | undefined;
        /** Members of the state this step changed. */
        readonly state_keys?: readonly string[] | undefined;
        /** Size of the state, in bytes. */
        readonly state_size_bytes?: number | undefined;
        /** Class of the error. */
        readonly error_type?: string | undefined;
      }
    | undefined;
  /** Result of a compliance check. */
  readonly compliance?:
    | {
        /** Regulations that were checked. */
        readonly regulations_checked?: readonly string[] | undefined;
        /** Result at a glance. */
        readonly traffic_light_status?: 'green' | 'amber' | 'red' | undefined;
        /** Number of issues. */
        readonly issues_found?: number | undefined;
        /** Number of critical issues. */
        readonly critical_issues?: number | undefined;
        /** What was found, one by one. */
        readonly findings?:
          | readonly {
              /** Regulation or clause. */
              readonly regulation?: string | undefined;
              /** Result, e.g. passed, failed, open. */
              readonly status?: string | undefined;
              /** How much it matters. */
              readonly severity?: 'info' | 'low' | 'medium' | 'high' | 'critical' | undefined;
              /** What was found. */
              readonly issue?: string | undefined;
              /** More about the finding. Free object, at most 32 levels deep. */
              readonly details?: JsonObject | undefined;
            }[]
          | undefined;
      }
    | undefined;
  /** What matters for security. */
  readonly security?:
    | {
        /** Whether the data was encrypted, or the name of the algorithm. */
        readonly encryption_used?: boolean | string | undefined;
        /** How sensitive the data concerned is. */
        readonly data_classification?: 'public' | 'internal' | 'confidential' | 'restricted' | undefined;
        /** Days this event must be kept; may only lengthen what the policy says. */
        readonly retention_period_days?: number | undefined;
        /** Whether personal data was found in the data concerned. */
        readonly pii_detected?: boolean | undefined;
      }
    | undefined;
  /** What it cost to do. */
  readonly performance?:
    | {
        /** Time until the answer, in milliseconds. */
        readonly response_time_ms?: number | undefined;
        /** Time in the database, in milliseconds. */
        readonly database_query_time_ms?: number | undefined;
        /** Time in other services, in milliseconds. */
        readonly external_api_time_ms?: number | undefined;
        /** Memory used, in megabytes. */
        readonly memory_used_mb?: number | undefined;
      }
    | undefined;
  /** Anything else. Not sealed by default. Free object, at most 32 levels deep. */
  readonly metadata?: JsonObject | undefined;
  /** Personal data beside what is known to be personal; sealed, not stored as such. */
  readonly personal?:
    | readonly {
        /** Id of the person the data is about. */
        readonly subject: string;
        /** Members about that person, at most 64 over all subjects. */
        readonly paths: readonly string[];
      }[]
    | undefined;
}
