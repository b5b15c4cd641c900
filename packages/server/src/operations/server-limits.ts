import { RECORD_BYTES_MAX } from '@attestry/core';
import {
  BATCH_EVENTS_MAX,
  BODY_BYTES_MAX,
  EXPORTS_PER_KEY_MAX,
  KEYS_PER_TENANT_MAX,
  LIVE_STREAMS_PER_CREDENTIAL_MAX,
  LIVE_STREAMS_PER_TENANT_MAX,
  PAGE_EVENTS_MAX,
  SAVED_SEARCHES_PER_TENANT_MAX,
  SCHEMA_VERSIONS_MAX,
  SCHEMAS_PER_TENANT_MAX,
  TENANTS_MAX,
  VERIFY_WAITING_PER_KEY_MAX,
} from '../limits.ts';
import type { Operations } from './operations.ts';

/** What the server takes at most, by name. Those per minute are 0 where they are switched off. */
export type ServerLimits = Readonly<Record<string, number>>;

/** The limits that whoever uses the server meets; the one list of them. */
export function serverLimits({ rateLimits }: Pick<Operations, 'rateLimits'>): ServerLimits {
  return {
    events_per_request: BATCH_EVENTS_MAX,
    record_bytes: RECORD_BYTES_MAX,
    request_body_bytes: BODY_BYTES_MAX,
    events_per_page: PAGE_EVENTS_MAX,
    requests_per_key_and_minute: rateLimits.perKey,
    requests_per_address_and_minute: rateLimits.perAddress,
    sign_ins_per_address_and_minute: rateLimits.signIn,
    streams_per_credential: LIVE_STREAMS_PER_CREDENTIAL_MAX,
    streams_per_tenant: LIVE_STREAMS_PER_TENANT_MAX,
    exports_per_key: EXPORTS_PER_KEY_MAX,
    verifications_waiting_per_key: VERIFY_WAITING_PER_KEY_MAX,
    keys_per_tenant: KEYS_PER_TENANT_MAX,
    event_types_per_tenant: SCHEMAS_PER_TENANT_MAX,
    versions_per_event_type: SCHEMA_VERSIONS_MAX,
    saved_searches_per_tenant: SAVED_SEARCHES_PER_TENANT_MAX,
    tenants: TENANTS_MAX,
  };
}
