// Long because: made of spec/openapi.json by script/check --fix golden; nobody writes it by hand.
export interface paths {
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find events
         * @description Different parameters are AND, repeated ones OR. Pages are keyset: follow `next_cursor` while `has_more`.
         *     Unknown parameters, naive times and values out of range are refused.
         *     `metadata.<path>=value` filters on a member of `metadata`.
         */
        get: operations["listEvents"];
        put?: never;
        /**
         * Record events
         * @description One event, `{"events": [...]}`, or one event per line (`application/x-ndjson`); at most 1,000 events and 5 MB.
         *     The answer comes after the events are durable. Each event is judged alone: 207 tells which were refused and why;
         *     when all were refused the answer is a problem with `errors`. An id makes an event idempotent for ever;
         *     `Idempotency-Key` does the same for a whole request whose events have no ids. `Prefer: respond-async` is ignored:
         *     without a spool a durable receipt is the faster answer.
         */
        post: operations["ingestEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/browser-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a token with which pages record events
         * @description For backends: the token goes to a page of the origin named, and lets it do nothing but record events by this actor.
         *     It is not stored and cannot be revoked alone; it ends with its time, and at once when the API key that made it is
         *     revoked or gets a new secret.
         */
        post: operations["createBrowserToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/viewer-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a token with which pages show a part of the log
         * @description For backends: the token goes to a page of the origin named, which shows events with it by GET, SSE and WebSocket. It
         *     sees what its API key sees, narrowed by its filters, and can do nothing else. It is not stored and cannot be revoked
         *     alone; it ends with its time, and at once when the API key is revoked or gets a new secret.
         */
        post: operations["createViewerToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ingest/browser": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record events of a page
         * @description At most 100 events; each at most 10,000 bytes, 5 levels deep, texts of at most 1,000 characters. The token is in
         *     `Authorization`, or the first member of the body, which may then be sent as `text/plain` (by `sendBeacon`, or by
         *     `fetch` without a preflight). A page says what happened; actor, address, user agent and the token's defaults are not
         *     its own to say, severity is `medium` at most, and `metadata.source` tells that the event came from a page.
         */
        post: operations["ingestPageEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count events by one member */
        get: operations["getStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream all matching events
         * @description Constant memory, any size. A transfer that breaks off is broken for the client too: a short file never looks whole.
         */
        get: operations["exportEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One event, verified */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/context": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened around an event */
        get: operations["getEventContext"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proof that an event is in the log */
        get: operations["getEventProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/record": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The record of an event, as it is stored and hashed
         * @description Byte for byte what the leaf hash is made of (spec/record-format.md): with the proof a reader checks it alone. Sealed members are not in it.
         */
        get: operations["getEventRecord"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Later records that concern an event */
        get: operations["getEventHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/actors/{id}/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an actor did */
        get: operations["getActorActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/targets/{type}/{id}/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was done to a target */
        get: operations["getTargetActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events as they are recorded (Server-Sent Events)
         * @description Matching events in recorded order, from now on or from a place on: each with its `seq` as id. Come back with the
         *     last id in `Last-Event-ID`, as browsers do by themselves: nothing is left out and nothing comes twice. The event
         *     `heartbeat` moves the id on when nothing matches; `resume` is the last one before the server ends the stream.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events as they are recorded (WebSocket)
         * @description The same as messages `{"type":"event","seq","event"}`, `{"type":"heartbeat","seq","behind"}` and
         *     `{"type":"resume","seq","reason"}`; come back with `after` = the last `seq`. Subprotocol
         *     `attestry.live.v1`. Pages without a session name their token as a second subprotocol `bearer.<token>`.
         */
        get: operations["liveEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suggest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Values of a field of the query language
         * @description What the log has and the reader may see: all types; of the other fields what the newest 500 events have.
         */
        get: operations["suggestValues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an actor did within a day */
        get: operations["getRecent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/saved-searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Own saved searches, and those that others share */
        get: operations["listSavedSearches"];
        put?: never;
        /** Save a search */
        post: operations["createSavedSearch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/saved-searches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One saved search */
        get: operations["getSavedSearch"];
        /** Change a saved search */
        put: operations["changeSavedSearch"];
        post?: never;
        /** Delete a saved search */
        delete: operations["removeSavedSearch"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * State of the log, as its verifications have found it
         * @description What verifications have found, those that somebody asked for and those that the server makes by itself (`ATTESTRY_VERIFY_EVERY_S`). `verified` counts for the first `checked_size` records. Only damage outlives a restart: nothing counts as verified that no running server has verified.
         */
        get: operations["getIntegrity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify the log
         * @description Reads every record of the range again, in a thread of its own. The job and its report survive a restart.
         */
        post: operations["startVerify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A verification and its report */
        get: operations["getVerify"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Signed checkpoints */
        get: operations["listCheckpoints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkpoints/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One checkpoint */
        get: operations["getCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proofs/inclusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proof that a record is in a tree (RFC 9162, 2.1.3) */
        get: operations["getInclusionProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proofs/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proof that a tree continues an earlier one (RFC 9162, 2.1.4) */
        get: operations["getConsistencyProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/logs/{tenant}/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Newest checkpoint (C2SP tlog-tiles) */
        get: operations["getLogCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/logs/{tenant}/tile/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A tile of hashes or records (C2SP tlog-tiles) */
        get: operations["getLogTile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** API keys */
        get: operations["listKeys"];
        put?: never;
        /** Make an API key */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One API key */
        get: operations["getKey"];
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description Effective with the next request; the key stays listed.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an API key a new secret
         * @description The old token stops at once.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tenants */
        get: operations["listTenants"];
        put?: never;
        /** Make a tenant and its log */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One tenant */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schemas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Custom event types in force */
        get: operations["listSchemas"];
        put?: never;
        /**
         * Add a custom event type or a new version of one
         * @description JSON Schema 2020-12 of the whole event, checked at ingest from the next event on. `"x-personal": true` seals the member.
         */
        post: operations["addSchema"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schemas/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a schema on an event
         * @description Says what ingest would if the schema were in force. Nothing is stored.
         */
        post: operations["testSchema"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schemas/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All versions of a custom event type */
        get: operations["getSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sign in through the identity provider
         * @description For the address bar of a browser. `next` is the page of this server to come back to. 503 while the provider is away, 404 without one.
         */
        get: operations["beginOidcSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Back from the identity provider
         * @description Register this address with the provider as redirect URI. Sets the same cookie as `POST /v1/session`. A refusal is a
         *     problem document, which browsers leave for `/sign-in?problem=...` at once.
         */
        get: operations["finishOidcSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How can one sign in? */
        get: operations["getSessionOptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in to the console with an API key
         * @description Sets an HttpOnly, SameSite=Strict cookie that every route takes in place of the key. Requests that change
         *     something need the header `X-CSRF-Token` besides. The session ends when nothing is asked for an hour, after 12
         *     hours, and at once when its key is revoked or gets a new secret.
         */
        post: operations["createSession"];
        /** Sign out */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Sign out everywhere
         * @description Ends every session of the key or person of this one.
         */
        delete: operations["endSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the server takes at most, and its version */
        get: operations["getLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I, and what may I do? */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive? */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Can it take events? Component by component */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures for Prometheus
         * @description Switched off by `ATTESTRY_METRICS=off`.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An event as a client sends it. */
        EventInput: {
            /**
             * @description What happened: segments of a to z, 0 to 9 and _ joined by dots, e.g. document.uploaded.
             * @example document.uploaded
             */
            type: string;
            /**
             * Format: uuid
             * @description UUID of any version, kept in lower case; permanent idempotency key within the tenant.
             */
            id?: string;
            /**
             * @description What it is about; default from the type.
             * @enum {string}
             */
            category?: "auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api";
            /**
             * @description How much attention it deserves; default from the type, warning means medium.
             * @enum {string}
             */
            severity?: "info" | "low" | "medium" | "high" | "critical" | "warning";
            /**
             * Format: date-time
             * @description When it happened, RFC 3339 with offset; kept in UTC with milliseconds.
             */
            occurred_at?: string;
            /** @description Tenant the event belongs to; known from the credential, so it need not be sent. */
            tenant_id?: string;
            /** @description Who did it. */
            actor?: {
                /**
                 * @description What kind of being acted. The personal data of a `user` is sealed.
                 * @enum {string}
                 */
                type: "user" | "service" | "agent" | "system" | "anonymous";
                /** @description Its id in your system. */
                id?: string;
                /** @description Its name. */
                name?: string;
                /** @description Its e-mail address. */
                email?: string;
                /**
                 * Format: ip
                 * @description IPv4 or IPv6 address the action came from; no port, no zone. Kept as sent.
                 */
                ip_address?: string;
                /** @description The program it used. */
                user_agent?: string;
                /** @description An id of the session; not the session cookie itself. */
                session_id?: string;
                /** @description Whom the actor acts for, e.g. the user whose request an agent carries out. */
                on_behalf_of?: {
                    /**
                     * @description What kind of being is acted for.
                     * @enum {string}
                     */
                    type: "user" | "service" | "agent" | "system" | "anonymous";
                    /** @description Its id in your system. */
                    id?: string;
                    /** @description Its name. */
                    name?: string;
                };
            };
            /** @description What was done, and with what result. */
            action?: {
                /** @description What was done, in one word; well known are create, read, update, delete, execute, export, share, login, logout, approve, deny. */
                verb?: string;
                /** @description What was done, for people. Not sealed by default. */
                description?: string;
                /**
                 * @description How it ended. Never invented: absent unless sent, or said by the type itself.
                 * @enum {string}
                 */
                status?: "success" | "failure" | "denied" | "partial" | "in_progress";
                /** @description Why it failed. Not sealed by default. */
                error?: string;
            };
            /** @description The thing it was done to. */
            target?: {
                /** @description What kind of thing. The id, name and metadata of a `user` are sealed. */
                type: string;
                /** @description Its id in your system. */
                id?: string;
                /** @description Its name. */
                name?: string;
                /** @description More about the thing. Free object, at most 32 levels deep. */
                metadata?: Record<string, unknown>;
            };
            /** @description In which setting. */
            context?: {
                /** @description Project it belongs to. */
                project_id?: string;
                /** @description Environment, e.g. production. */
                environment?: string;
                /** @description Service that reports it. */
                service?: string;
                /** @description Request that caused it. */
                request_id?: string;
                /** @description What ties events of several services together. */
                correlation_id?: string;
                /** @description Event or step this one follows from. */
                parent_id?: string;
                /** @description Trace id (W3C trace context). */
                trace_id?: string;
                /** @description Span id (W3C trace context). */
                span_id?: string;
                /** @description Why it was done. Not sealed by default. */
                reason?: string;
                /** @description Where the actor was. */
                location?: {
                    /** @description Country, best as ISO 3166-1 code. */
                    country?: string;
                    /** @description Region or state. */
                    region?: string;
                    /** @description City. */
                    city?: string;
                };
            };
            /** @description The HTTP request, when there was one. */
            http?: {
                /** @description Request method. */
                method?: string;
                /** @description Route pattern, e.g. /users/:id. */
                route?: string;
                /** @description Path as requested; leave the query string out, it carries tokens. */
                path?: string;
                /** @description Status of the answer. */
                status_code?: number;
                /** @description Time until the answer, in milliseconds. */
                duration_ms?: number;
            };
            /** @description The change. */
            data?: {
                /** @description State before the change. Free object, at most 32 levels deep. */
                before?: Record<string, unknown>;
                /** @description State after the change. Free object, at most 32 levels deep. */
                after?: Record<string, unknown>;
                /** @description Names of the changed members; computed when both states are sent and this is not. */
                fields?: string[];
                /** @description More about the change. Free object, at most 32 levels deep. */
                metadata?: Record<string, unknown>;
            };
            /** @description What an AI agent did. */
            ai?: {
                /** @description Kind of agent. */
                agent_type?: string;
                /** @description Model that answered. */
                model?: string;
                /** @description Who runs the model. */
                provider?: string;
                /** @description Run this step belongs to. */
                execution_id?: string;
                /** @description Node of the graph. */
                node?: string;
                /** @description Number of the step within the run. */
                step?: number;
                /** @description State saved by this step. */
                checkpoint_id?: string;
                /** @description State this step started from. */
                parent_checkpoint_id?: string;
                /** @description Tool that was called. */
                tool_name?: string;
                /** @description Tokens sent to the model. */
                prompt_tokens?: number;
                /** @description Tokens the model answered with. */
                completion_tokens?: number;
                /** @description Cost in US dollars. */
                cost_usd?: number;
                /** @description How sure, 0 to 1. */
                confidence_score?: number;
                /** @description Why the agent decided so. Not sealed by default. */
                reasoning?: string;
                /** @description Tools used by this step. */
                tools_used?: string[];
                /** @description Time the step took, in milliseconds. */
                execution_time_ms?: number;
                /** @description Members of the state this step changed. */
                state_keys?: string[];
                /** @description Size of the state, in bytes. */
                state_size_bytes?: number;
                /** @description Class of the error. */
                error_type?: string;
            };
            /** @description Result of a compliance check. */
            compliance?: {
                /** @description Regulations that were checked. */
                regulations_checked?: string[];
                /**
                 * @description Result at a glance.
                 * @enum {string}
                 */
                traffic_light_status?: "green" | "amber" | "red";
                /** @description Number of issues. */
                issues_found?: number;
                /** @description Number of critical issues. */
                critical_issues?: number;
                /** @description What was found, one by one. */
                findings?: {
                    /** @description Regulation or clause. */
                    regulation?: string;
                    /** @description Result, e.g. passed, failed, open. */
                    status?: string;
                    /**
                     * @description How much it matters.
                     * @enum {string}
                     */
                    severity?: "info" | "low" | "medium" | "high" | "critical";
                    /** @description What was found. */
                    issue?: string;
                    /** @description More about the finding. Free object, at most 32 levels deep. */
                    details?: Record<string, unknown>;
                }[];
            };
            /** @description What matters for security. */
            security?: {
                /** @description Whether the data was encrypted, or the name of the algorithm. */
                encryption_used?: boolean | string;
                /**
                 * @description How sensitive the data concerned is.
                 * @enum {string}
                 */
                data_classification?: "public" | "internal" | "confidential" | "restricted";
                /** @description Days this event must be kept; may only lengthen what the policy says. */
                retention_period_days?: number;
                /** @description Whether personal data was found in the data concerned. */
                pii_detected?: boolean;
            };
            /** @description What it cost to do. */
            performance?: {
                /** @description Time until the answer, in milliseconds. */
                response_time_ms?: number;
                /** @description Time in the database, in milliseconds. */
                database_query_time_ms?: number;
                /** @description Time in other services, in milliseconds. */
                external_api_time_ms?: number;
                /** @description Memory used, in megabytes. */
                memory_used_mb?: number;
            };
            /** @description Anything else. Not sealed by default. Free object, at most 32 levels deep. */
            metadata?: Record<string, unknown>;
            /** @description Personal data beside what is known to be personal; sealed, not stored as such. */
            personal?: {
                /** @description Id of the person the data is about. */
                subject: string;
                /** @description Members about that person, at most 64 over all subjects. */
                paths: string[];
            }[];
        };
        /** @description An event as it is read. */
        Event: {
            /**
             * Format: uuid
             * @description UUID of any version, kept in lower case; permanent idempotency key within the tenant.
             */
            id: string;
            /**
             * @description What happened: segments of a to z, 0 to 9 and _ joined by dots, e.g. document.uploaded.
             * @example document.uploaded
             */
            type: string;
            /**
             * @description What it is about; default from the type.
             * @enum {string}
             */
            category: "auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api";
            /**
             * @description How much attention it deserves.
             * @enum {string}
             */
            severity: "info" | "low" | "medium" | "high" | "critical";
            /**
             * Format: date-time
             * @description When it happened, RFC 3339 with offset; kept in UTC with milliseconds.
             */
            occurred_at: string;
            /** @description Tenant the event belongs to; known from the credential, so it need not be sent. */
            tenant_id: string;
            /** @description Who did it. */
            actor?: {
                /**
                 * @description What kind of being acted. The personal data of a `user` is sealed.
                 * @enum {string}
                 */
                type: "user" | "service" | "agent" | "system" | "anonymous";
                /** @description Its id in your system. */
                id?: string;
                /** @description Its name. */
                name?: string;
                /** @description Its e-mail address. */
                email?: string;
                /**
                 * Format: ip
                 * @description IPv4 or IPv6 address the action came from; no port, no zone. Kept as sent.
                 */
                ip_address?: string;
                /** @description The program it used. */
                user_agent?: string;
                /** @description An id of the session; not the session cookie itself. */
                session_id?: string;
                /** @description Whom the actor acts for, e.g. the user whose request an agent carries out. */
                on_behalf_of?: {
                    /**
                     * @description What kind of being is acted for.
                     * @enum {string}
                     */
                    type: "user" | "service" | "agent" | "system" | "anonymous";
                    /** @description Its id in your system. */
                    id?: string;
                    /** @description Its name. */
                    name?: string;
                };
            };
            /** @description What was done, and with what result. */
            action?: {
                /** @description What was done, in one word; well known are create, read, update, delete, execute, export, share, login, logout, approve, deny. */
                verb?: string;
                /** @description What was done, for people. Not sealed by default. */
                description?: string;
                /**
                 * @description How it ended. Never invented: absent unless sent, or said by the type itself.
                 * @enum {string}
                 */
                status?: "success" | "failure" | "denied" | "partial" | "in_progress";
                /** @description Why it failed. Not sealed by default. */
                error?: string;
            };
            /** @description The thing it was done to. */
            target?: {
                /** @description What kind of thing. The id, name and metadata of a `user` are sealed. */
                type: string;
                /** @description Its id in your system. */
                id?: string;
                /** @description Its name. */
                name?: string;
                /** @description More about the thing. Free object, at most 32 levels deep. */
                metadata?: Record<string, unknown>;
            };
            /** @description In which setting. */
            context?: {
                /** @description Project it belongs to. */
                project_id?: string;
                /** @description Environment, e.g. production. */
                environment?: string;
                /** @description Service that reports it. */
                service?: string;
                /** @description Request that caused it. */
                request_id?: string;
                /** @description What ties events of several services together. */
                correlation_id?: string;
                /** @description Event or step this one follows from. */
                parent_id?: string;
                /** @description Trace id (W3C trace context). */
                trace_id?: string;
                /** @description Span id (W3C trace context). */
                span_id?: string;
                /** @description Why it was done. Not sealed by default. */
                reason?: string;
                /** @description Where the actor was. */
                location?: {
                    /** @description Country, best as ISO 3166-1 code. */
                    country?: string;
                    /** @description Region or state. */
                    region?: string;
                    /** @description City. */
                    city?: string;
                };
            };
            /** @description The HTTP request, when there was one. */
            http?: {
                /** @description Request method. */
                method?: string;
                /** @description Route pattern, e.g. /users/:id. */
                route?: string;
                /** @description Path as requested; leave the query string out, it carries tokens. */
                path?: string;
                /** @description Status of the answer. */
                status_code?: number;
                /** @description Time until the answer, in milliseconds. */
                duration_ms?: number;
            };
            /** @description The change. */
            data?: {
                /** @description State before the change. Free object, at most 32 levels deep. */
                before?: Record<string, unknown>;
                /** @description State after the change. Free object, at most 32 levels deep. */
                after?: Record<string, unknown>;
                /** @description Names of the changed members; computed when both states are sent and this is not. */
                fields?: string[];
                /** @description More about the change. Free object, at most 32 levels deep. */
                metadata?: Record<string, unknown>;
            };
            /** @description What an AI agent did. */
            ai?: {
                /** @description Kind of agent. */
                agent_type?: string;
                /** @description Model that answered. */
                model?: string;
                /** @description Who runs the model. */
                provider?: string;
                /** @description Run this step belongs to. */
                execution_id?: string;
                /** @description Node of the graph. */
                node?: string;
                /** @description Number of the step within the run. */
                step?: number;
                /** @description State saved by this step. */
                checkpoint_id?: string;
                /** @description State this step started from. */
                parent_checkpoint_id?: string;
                /** @description Tool that was called. */
                tool_name?: string;
                /** @description Tokens sent to the model. */
                prompt_tokens?: number;
                /** @description Tokens the model answered with. */
                completion_tokens?: number;
                /** @description Cost in US dollars. */
                cost_usd?: number;
                /** @description How sure, 0 to 1. */
                confidence_score?: number;
                /** @description Why the agent decided so. Not sealed by default. */
                reasoning?: string;
                /** @description Tools used by this step. */
                tools_used?: string[];
                /** @description Time the step took, in milliseconds. */
                execution_time_ms?: number;
                /** @description Members of the state this step changed. */
                state_keys?: string[];
                /** @description Size of the state, in bytes. */
                state_size_bytes?: number;
                /** @description Class of the error. */
                error_type?: string;
            };
            /** @description Result of a compliance check. */
            compliance?: {
                /** @description Regulations that were checked. */
                regulations_checked?: string[];
                /**
                 * @description Result at a glance.
                 * @enum {string}
                 */
                traffic_light_status?: "green" | "amber" | "red";
                /** @description Number of issues. */
                issues_found?: number;
                /** @description Number of critical issues. */
                critical_issues?: number;
                /** @description What was found, one by one. */
                findings?: {
                    /** @description Regulation or clause. */
                    regulation?: string;
                    /** @description Result, e.g. passed, failed, open. */
                    status?: string;
                    /**
                     * @description How much it matters.
                     * @enum {string}
                     */
                    severity?: "info" | "low" | "medium" | "high" | "critical";
                    /** @description What was found. */
                    issue?: string;
                    /** @description More about the finding. Free object, at most 32 levels deep. */
                    details?: Record<string, unknown>;
                }[];
            };
            /** @description What matters for security. */
            security?: {
                /** @description Whether the data was encrypted, or the name of the algorithm. */
                encryption_used?: boolean | string;
                /**
                 * @description How sensitive the data concerned is.
                 * @enum {string}
                 */
                data_classification?: "public" | "internal" | "confidential" | "restricted";
                /** @description Days this event must be kept; may only lengthen what the policy says. */
                retention_period_days?: number;
                /** @description Whether personal data was found in the data concerned. */
                pii_detected?: boolean;
            };
            /** @description What it cost to do. */
            performance?: {
                /** @description Time until the answer, in milliseconds. */
                response_time_ms?: number;
                /** @description Time in the database, in milliseconds. */
                database_query_time_ms?: number;
                /** @description Time in other services, in milliseconds. */
                external_api_time_ms?: number;
                /** @description Memory used, in megabytes. */
                memory_used_mb?: number;
            };
            /** @description Anything else. Not sealed by default. Free object, at most 32 levels deep. */
            metadata?: Record<string, unknown>;
            /** @description Id of the credential the event came with. */
            received_from?: string;
            /** @description Sequence number in the log, from 0, without gaps. */
            seq: number;
            /**
             * Format: date-time
             * @description When the log took it; never goes back.
             */
            recorded_at: string;
            /** @description Leaf hash of the record (SHA-256, RFC 6962). */
            hash: string;
            /** @description Leaf hash of the record before it. */
            prev_hash: string;
            /** @description Members left out because the reader has no right to personal data. */
            redacted?: string[];
            /** @description People whose data in this event was erased. */
            erased?: {
                /** @description Handle of the person in the record. */
                sub: string;
                /** @description Sequence number of the erasure record. */
                seq: number;
            }[];
            /** @description Result of checking this event. */
            verification?: {
                /**
                 * @description verified: the record is in the tree of a signed checkpoint; pending: not signed yet; failed: it is not.
                 * @enum {string}
                 */
                status: "verified" | "pending" | "failed";
                /** @description Leaf hash of the record, recomputed from its bytes. */
                hash: string;
                /** @description Sequence number of the record. */
                seq: number;
                /** @description The checkpoint it was checked against. */
                checkpoint: {
                    /** @description Size of the log that was signed. */
                    size: number;
                    /**
                     * Format: date-time
                     * @description When it was signed.
                     */
                    signed_at: string;
                } | null;
            };
        };
        /** @description Problem document (RFC 9457). The codes are explained in docs/errors.md. */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @enum {string} */
            code: "invalid_request" | "invalid_parameter" | "invalid_event" | "malformed_json" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "request_timeout" | "id_conflict" | "conflict" | "payload_too_large" | "record_too_large" | "unsupported_media_type" | "expectation_failed" | "schema_violation" | "rate_limited" | "headers_too_large" | "internal" | "method_unknown" | "overloaded" | "unavailable" | "query_timeout" | "stopping";
            /** @description JSON pointer into the body, or the name of a parameter. */
            path?: string;
            request_id: string;
            /** @description Seconds. */
            retry_after?: number;
            errors?: {
                /** @description Position of the event in the request, from 0. */
                index?: number;
                /** @description NDJSON: number of its line, from 1, blank lines counted. */
                line?: number;
                code: string;
                /** @description JSON pointer from the event, or the name of a parameter. */
                path: string;
                detail: string;
                /** @description In `q`: where the mistake begins, in UTF-16 units from 0. */
                from?: number;
                /** @description In `q`: where it ends. */
                to?: number;
            }[];
        };
        /** @description Given after the event is durable. */
        Receipt: {
            /** Format: uuid */
            id: string;
            /** @description Number of the record in the log. */
            seq: number;
            /** @description Leaf hash of the record. */
            hash: string;
            /**
             * Format: date-time
             * @description When the log took it.
             */
            recorded_at: string;
            /** @description The event was in the log already; this is its first receipt. */
            duplicate: boolean;
        };
        EventOutcome: {
            /** @description Position of the event in the request, from 0. */
            index: number;
            /** @description NDJSON, refused events: number of the line, from 1, blank lines counted. */
            line?: number;
            /** @description What the event would have got alone: 201, or the status of its error. */
            status: number;
            receipt?: components["schemas"]["Receipt"];
            code?: string;
            path?: string;
            detail?: string;
        };
        Groups: {
            key: string | null;
            /** @description Events. */
            count: number;
        }[];
        Activity: {
            /** @description Events. */
            total: number;
            first_at: string | null;
            last_at: string | null;
            types: {
                key: string | null;
                /** @description Events. */
                count: number;
            }[];
            statuses: {
                key: string | null;
                /** @description Events. */
                count: number;
            }[];
            days: {
                key: string | null;
                /** @description Events. */
                count: number;
            }[];
            recent: components["schemas"]["Event"][];
        };
        Checkpoint: {
            origin: string;
            /** @description Records in the tree. */
            size: number;
            /** @description Root of the tree. */
            root: string;
            /**
             * Format: date-time
             * @description When it was signed.
             */
            signed_at: string;
            /** @description The signed note (C2SP); only this is evidence. */
            note: string;
        };
        /** @description The codes are explained in docs/verification.md. */
        VerificationReport: {
            /** @description True only if everything asked for could be read and nothing was found. */
            ok: boolean;
            origin: string;
            /** @description Records. */
            size: number;
            root: unknown;
            checked: {
                [key: string]: number;
            };
            seals: {
                [key: string]: number;
            };
            head: unknown;
            findings: {
                code: string;
                seq?: number;
                id?: string;
                field?: string;
                detail: string;
            }[];
            /** @description All findings; at most 1,000 are listed. */
            findings_total: number;
            /** @description Worth knowing and no reason to fail, e.g. what could not be compared. */
            notices?: {
                code: string;
                seq?: number;
                id?: string;
                field?: string;
                detail: string;
            }[];
            duration_ms: number;
        };
        VerifyJob: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            status: "waiting" | "running" | "done" | "failed";
            range: Record<string, unknown>;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at?: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            finished_at?: string;
            progress?: {
                /** @description Checked so far. */
                records: number;
                /** @description To check. */
                total?: number;
            };
            report?: components["schemas"]["VerificationReport"];
            /** @description Why it could not be carried out: a failure, never a pass. */
            error?: string;
        };
        Integrity: {
            /**
             * @description `damaged` until a verification that reads the same records again finds nothing. `checking` while one that somebody asked for runs, or while the server reads the log for the first time since its start, or more than half of it anew. `unchecked`: less than half was verified since the start, and the server does not do it by itself, or could not. `verified`: the first `checked_size` records.
             * @enum {string}
             */
            status: "verified" | "checking" | "unchecked" | "damaged";
            origin: string;
            /** @description Records. */
            size: number;
            /** @description Records from the first on that were read again since the server was started. */
            checked_size: number;
            /**
             * Format: date-time
             * @description End of the newest verification since then.
             */
            checked_at?: string;
            /** @description Of the damage; 0 when there is none. */
            findings_total: number;
            /**
             * Format: uuid
             * @description The verification that found the damage, else the newest that somebody asked for.
             */
            job?: string;
            /** @description The server's own check. */
            continuous: {
                enabled: boolean;
                /** @description Seconds between two checks. */
                interval_s?: number;
                /**
                 * Format: date-time
                 * @description End of the newest one.
                 */
                last_at?: string;
                /**
                 * Format: date-time
                 * @description When the next one is due.
                 */
                next_at?: string;
                /** @enum {string} */
                last_status?: "ok" | "damaged" | "failed";
                /** @description Why it could not be carried out. */
                last_error?: string;
            };
            /** @description Newest stamp of an outside witness: none in this version, which knows no witnesses. */
            anchor: null;
        };
        ApiKey: {
            id: string;
            name: string;
            tenant: string;
            environment: string;
            roles: ("platform_admin" | "admin" | "security_officer" | "auditor" | "project_manager" | "member" | "ingest")[];
            scopes?: ("events:write" | "events:read" | "exports:write" | "verify" | "retention:write" | "privacy:write" | "admin")[];
            /** @description Only events of these projects. */
            projects?: string[];
            /** @description Only events of these categories. */
            categories?: string[];
            /** @description Only events of these types. */
            types?: string[];
            /** @description Only from these networks. */
            cidrs?: string[];
            /** @description Whose key a member key is. */
            subject?: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Id of the key that made it. */
            created_by: string;
            /**
             * Format: date-time
             * @description When it got its present secret.
             */
            rotated_at?: string;
            /**
             * Format: date-time
             * @description When it stops.
             */
            expires_at?: string;
            /**
             * Format: date-time
             * @description When it was stopped.
             */
            revoked_at?: string;
        };
        Tenant: {
            id: string;
            name?: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            created_by: string;
            /** @description Origin of its log. */
            origin?: string;
            /** @description Records in its log. */
            size?: number;
            /** @description Key that signs its checkpoints now (C2SP vkey). */
            vkey?: string;
        };
        EventSchema: {
            type: string;
            version: number;
            /** @description JSON Schema 2020-12 of the whole event. */
            schema: Record<string, unknown>;
            category?: string;
            severity?: string;
            description?: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            created_by: string;
        };
        SavedSearch: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description Parameters of `GET /v1/events`, as in an address. */
            query: string;
            shared: boolean;
            owner: {
                id: string;
                name: string;
            };
            /** @description By whoever asks. */
            editable: boolean;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was changed.
             */
            updated_at: string;
        };
        Me: {
            tenant: {
                id: string;
                name?: string;
            };
            /** @description Absent with a viewer token. */
            key?: {
                /** @description Of the API key; of a person from an identity provider, a fingerprint. */
                id: string;
                name: string;
                /**
                 * Format: date-time
                 * @description When it stops.
                 */
                expires_at?: string;
            };
            /** @description None with a viewer token. */
            roles: ("platform_admin" | "admin" | "security_officer" | "auditor" | "project_manager" | "member" | "ingest")[];
            scopes: ("events:write" | "events:read" | "exports:write" | "verify" | "retention:write" | "privacy:write" | "admin")[];
            /** @description Sees sealed members. */
            personal: boolean;
            /** @description May name another tenant. */
            platform: boolean;
            /** @description Sees the whole log. */
            sees_all: boolean;
            /** @description The person this is. */
            subject?: string;
            /** @description With what its proofs are checked. */
            log?: {
                origin: string;
                /** @description Records; for readers of the whole log. */
                size?: number;
                /** @description Key that signs its checkpoints now (C2SP vkey). */
                vkey?: string;
            };
            /** @description When the request came with a session. */
            session?: {
                /** @enum {string} */
                method: "api_key" | "oidc";
                /**
                 * Format: date-time
                 * @description When it began.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it ends if nothing more is asked.
                 */
                idle_expires_at: string;
                /**
                 * Format: date-time
                 * @description When it ends in any case.
                 */
                expires_at: string;
                /** @description For the header `X-CSRF-Token` of requests that change something. */
                csrf_token: string;
            };
            server: {
                version: string;
            };
        };
        Readiness: {
            ready: boolean;
            components: {
                [key: string]: {
                    /** @enum {string} */
                    status: "ok" | "degraded" | "down";
                    detail?: string;
                };
            };
            queue: {
                /** @description Events waiting for their commit. */
                size: number;
                /** @description At this size new events get 503. */
                limit: number;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listEvents: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description `context.project_id`. Repeat for OR. */
                project?: string[];
                /** @description `actor.id`. Repeat for OR. */
                actor?: string[];
                /** @description `actor.type`. Repeat for OR. */
                actor_type?: ("user" | "service" | "agent" | "system" | "anonymous")[];
                /** @description `actor.email`. Repeat for OR. */
                actor_email?: string[];
                /** @description Event type; `document.*` means all that begin so. Repeat for OR. */
                type?: string[];
                /** @description Category. Repeat for OR. */
                category?: ("auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api")[];
                /** @description Severity, or `>=high`. Repeat for OR. */
                severity?: ("info" | "low" | "medium" | "high" | "critical" | ">=info" | ">=low" | ">=medium" | ">=high" | ">=critical")[];
                /** @description `action.verb`. Repeat for OR. */
                verb?: string[];
                /** @description `action.status`. Repeat for OR. */
                status?: ("success" | "failure" | "denied" | "partial" | "in_progress")[];
                /** @description `target.type`. Repeat for OR. */
                target_type?: string[];
                /** @description `target.id`. Repeat for OR. */
                target?: string[];
                /** @description `actor.ip_address`: an address or a network in CIDR notation. Repeat for OR. */
                ip?: string[];
                /** @description `actor.session_id`. Repeat for OR. */
                session?: string[];
                /** @description `context.request_id`. Repeat for OR. */
                request_id?: string[];
                /** @description `context.correlation_id`. Repeat for OR. */
                correlation_id?: string[];
                /** @description `context.parent_id`. Repeat for OR. */
                parent_id?: string[];
                /** @description `ai.execution_id`. Repeat for OR. */
                execution_id?: string[];
                /** @description `http.status_code`: `404` or `5xx`. Repeat for OR. */
                http_status?: string[];
                /** @description `compliance.regulations_checked` holds it. Repeat for OR. */
                regulation?: string[];
                /** @description `compliance.traffic_light_status`. Repeat for OR. */
                traffic_light?: ("green" | "amber" | "red")[];
                /** @description Inclusive. RFC 3339 with offset, or relative such as `-24h` (s, m, h, d, w). */
                from?: string;
                /** @description Exclusive. As `from`. */
                to?: string;
                /** @description Which clock `from`, `to` and the order use. */
                time?: "occurred" | "recorded";
                /** @description Words, "phrases", prefix* in full text, and conditions: `actor:alice severity>=high -type:api.request after:2026-01-31` (docs/query-language.md). `errors` of a refusal have the places of the mistakes. */
                q?: string;
                /** @description Newest or oldest first. */
                order?: "desc" | "asc";
                /** @description Events per page. */
                limit?: number;
                /** @description `next_cursor` or `previous_cursor` of an answer to the same query. */
                cursor?: string;
                /** @description Begin at this time in the order that is asked for: RFC 3339, or `-24h`. `previous_cursor` leads to what comes before it. Not together with `cursor`. */
                at?: string;
                /** @description Also count the matches. */
                count?: "none" | "estimate" | "exact";
                /** @description Members to return, separated by commas, as dotted paths: `id,actor.id,metadata.order`. */
                fields?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events. */
            200: {
                headers: {
                    /** @description Only where a replica of the database answers: the first `seq` that it may lack */
                    "attestry-read-to"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        events: components["schemas"]["Event"][];
                        next_cursor: string | null;
                        previous_cursor: string | null;
                        has_more: boolean;
                        /** @description Only where a replica of the database answers: the first `seq` that it may lack */
                        read_to?: number;
                        count?: {
                            value: number;
                            exact: boolean;
                        };
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ingestEvents: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventInput"] | {
                    events: components["schemas"]["EventInput"][];
                };
                "application/x-ndjson": components["schemas"]["EventInput"] | {
                    events: components["schemas"]["EventInput"][];
                };
            };
        };
        responses: {
            /** @description All are durable. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"] | {
                        receipts: components["schemas"]["Receipt"][];
                    };
                };
            };
            /** @description Some were refused. */
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accepted: number;
                        refused: number;
                        results: components["schemas"]["EventOutcome"][];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createBrowserToken: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The origin of the pages, as browsers write it: `https://app.example.com`. */
                    origin: string;
                    /** @description Who is signed in; absent: events are by an anonymous actor with the address. */
                    actor?: {
                        /** @enum {string} */
                        type: "user";
                        id: string;
                        /** @description As shown to people. */
                        name?: string;
                        /** @description Sealed in the log, like the rest of the person. */
                        email?: string;
                        /** @description The session of the visitor. */
                        session_id?: string;
                        /** @description As in an event. */
                        on_behalf_of?: Record<string, unknown>;
                    };
                    /** @description As in an event: `project_id`, `environment`, `service`, ... */
                    context?: Record<string, unknown>;
                    /** @description Members that the page cannot overwrite. */
                    metadata?: Record<string, unknown>;
                    /** @description Types the page may send. Absent: all but those of the categories auth, admin, config, security and compliance. */
                    types?: string[];
                    /**
                     * @description Seconds until it ends; sooner when the API key ends.
                     * @default 900
                     */
                    ttl_s?: number;
                };
            };
        };
        responses: {
            /** @description The token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Contains its end: `att_browser_<key>_<seconds since 1970, base 36>_...`. */
                        token: string;
                        origin: string;
                        /** Format: date-time */
                        expires_at: string;
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createViewerToken: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The origin of the pages: `https://app.example.com`. */
                    origin: string;
                    /** @description Filters of `GET /v1/events`, each a list. */
                    filters?: {
                        /** @description `context.project_id`. Repeat for OR. */
                        project?: string[];
                        /** @description `actor.id`. Repeat for OR. */
                        actor?: string[];
                        /** @description `actor.type`. Repeat for OR. */
                        actor_type?: ("user" | "service" | "agent" | "system" | "anonymous")[];
                        /** @description `actor.email`. Repeat for OR. */
                        actor_email?: string[];
                        /** @description Event type; `document.*` means all that begin so. Repeat for OR. */
                        type?: string[];
                        /** @description Category. Repeat for OR. */
                        category?: ("auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api")[];
                        /** @description Severity, or `>=high`. Repeat for OR. */
                        severity?: ("info" | "low" | "medium" | "high" | "critical" | ">=info" | ">=low" | ">=medium" | ">=high" | ">=critical")[];
                        /** @description `action.verb`. Repeat for OR. */
                        verb?: string[];
                        /** @description `action.status`. Repeat for OR. */
                        status?: ("success" | "failure" | "denied" | "partial" | "in_progress")[];
                        /** @description `target.type`. Repeat for OR. */
                        target_type?: string[];
                        /** @description `target.id`. Repeat for OR. */
                        target?: string[];
                        /** @description `actor.ip_address`: an address or a network in CIDR notation. Repeat for OR. */
                        ip?: string[];
                        /** @description `actor.session_id`. Repeat for OR. */
                        session?: string[];
                        /** @description `context.request_id`. Repeat for OR. */
                        request_id?: string[];
                        /** @description `context.correlation_id`. Repeat for OR. */
                        correlation_id?: string[];
                        /** @description `context.parent_id`. Repeat for OR. */
                        parent_id?: string[];
                        /** @description `ai.execution_id`. Repeat for OR. */
                        execution_id?: string[];
                        /** @description `http.status_code`: `404` or `5xx`. Repeat for OR. */
                        http_status?: string[];
                        /** @description `compliance.regulations_checked` holds it. Repeat for OR. */
                        regulation?: string[];
                        /** @description `compliance.traffic_light_status`. Repeat for OR. */
                        traffic_light?: ("green" | "amber" | "red")[];
                    };
                    /** @description A query as in `GET /v1/events`, beside the filters. */
                    q?: string;
                    /**
                     * @description Shows personal data too, if the API key may see it.
                     * @default false
                     */
                    personal?: boolean;
                    /** @default 900 */
                    ttl_s?: number;
                };
            };
        };
        responses: {
            /** @description The token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description `att_viewer_<key>_<seconds since 1970, base 36>_...`. */
                        token: string;
                        origin: string;
                        /** Format: date-time */
                        expires_at: string;
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ingestPageEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description First in the body; absent when it is in the header. */
                    token?: string;
                    events: components["schemas"]["EventInput"][];
                };
                "text/plain": {
                    /** @description First in the body; absent when it is in the header. */
                    token?: string;
                    events: components["schemas"]["EventInput"][];
                };
            };
        };
        responses: {
            /** @description All are durable. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        receipts: {
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            recorded_at: string;
                            /** @description The event was in the log already. */
                            duplicate: boolean;
                        }[];
                    };
                };
            };
            /** @description Some were refused. */
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accepted: number;
                        refused: number;
                        results: {
                            index: number;
                            status: number;
                            receipt?: {
                                /** Format: uuid */
                                id: string;
                                /** Format: date-time */
                                recorded_at: string;
                                /** @description The event was in the log already. */
                                duplicate: boolean;
                            };
                            code?: string;
                            path?: string;
                            detail?: string;
                        }[];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStats: {
        parameters: {
            query: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description `context.project_id`. Repeat for OR. */
                project?: string[];
                /** @description `actor.id`. Repeat for OR. */
                actor?: string[];
                /** @description `actor.type`. Repeat for OR. */
                actor_type?: ("user" | "service" | "agent" | "system" | "anonymous")[];
                /** @description `actor.email`. Repeat for OR. */
                actor_email?: string[];
                /** @description Event type; `document.*` means all that begin so. Repeat for OR. */
                type?: string[];
                /** @description Category. Repeat for OR. */
                category?: ("auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api")[];
                /** @description Severity, or `>=high`. Repeat for OR. */
                severity?: ("info" | "low" | "medium" | "high" | "critical" | ">=info" | ">=low" | ">=medium" | ">=high" | ">=critical")[];
                /** @description `action.verb`. Repeat for OR. */
                verb?: string[];
                /** @description `action.status`. Repeat for OR. */
                status?: ("success" | "failure" | "denied" | "partial" | "in_progress")[];
                /** @description `target.type`. Repeat for OR. */
                target_type?: string[];
                /** @description `target.id`. Repeat for OR. */
                target?: string[];
                /** @description `actor.ip_address`: an address or a network in CIDR notation. Repeat for OR. */
                ip?: string[];
                /** @description `actor.session_id`. Repeat for OR. */
                session?: string[];
                /** @description `context.request_id`. Repeat for OR. */
                request_id?: string[];
                /** @description `context.correlation_id`. Repeat for OR. */
                correlation_id?: string[];
                /** @description `context.parent_id`. Repeat for OR. */
                parent_id?: string[];
                /** @description `ai.execution_id`. Repeat for OR. */
                execution_id?: string[];
                /** @description `http.status_code`: `404` or `5xx`. Repeat for OR. */
                http_status?: string[];
                /** @description `compliance.regulations_checked` holds it. Repeat for OR. */
                regulation?: string[];
                /** @description `compliance.traffic_light_status`. Repeat for OR. */
                traffic_light?: ("green" | "amber" | "red")[];
                /** @description Inclusive. RFC 3339 with offset, or relative such as `-24h` (s, m, h, d, w). */
                from?: string;
                /** @description Exclusive. As `from`. */
                to?: string;
                /** @description Which clock `from`, `to` and the order use. */
                time?: "occurred" | "recorded";
                /** @description Words, "phrases", prefix* in full text, and conditions: `actor:alice severity>=high -type:api.request after:2026-01-31` (docs/query-language.md). `errors` of a refusal have the places of the mistakes. */
                q?: string;
                /** @description One group per value; days, hours and minutes in UTC. */
                group_by: "type" | "category" | "severity" | "status" | "actor" | "target" | "ip" | "project" | "session" | "day" | "hour" | "minute";
                /** @description Groups returned, the largest first; of days, hours and minutes the latest, oldest first. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Exact counts. */
            200: {
                headers: {
                    /** @description Only where a replica of the database answers: the first `seq` that it may lack */
                    "attestry-read-to"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        group_by: string;
                        total: number;
                        groups: components["schemas"]["Groups"];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportEvents: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description `context.project_id`. Repeat for OR. */
                project?: string[];
                /** @description `actor.id`. Repeat for OR. */
                actor?: string[];
                /** @description `actor.type`. Repeat for OR. */
                actor_type?: ("user" | "service" | "agent" | "system" | "anonymous")[];
                /** @description `actor.email`. Repeat for OR. */
                actor_email?: string[];
                /** @description Event type; `document.*` means all that begin so. Repeat for OR. */
                type?: string[];
                /** @description Category. Repeat for OR. */
                category?: ("auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api")[];
                /** @description Severity, or `>=high`. Repeat for OR. */
                severity?: ("info" | "low" | "medium" | "high" | "critical" | ">=info" | ">=low" | ">=medium" | ">=high" | ">=critical")[];
                /** @description `action.verb`. Repeat for OR. */
                verb?: string[];
                /** @description `action.status`. Repeat for OR. */
                status?: ("success" | "failure" | "denied" | "partial" | "in_progress")[];
                /** @description `target.type`. Repeat for OR. */
                target_type?: string[];
                /** @description `target.id`. Repeat for OR. */
                target?: string[];
                /** @description `actor.ip_address`: an address or a network in CIDR notation. Repeat for OR. */
                ip?: string[];
                /** @description `actor.session_id`. Repeat for OR. */
                session?: string[];
                /** @description `context.request_id`. Repeat for OR. */
                request_id?: string[];
                /** @description `context.correlation_id`. Repeat for OR. */
                correlation_id?: string[];
                /** @description `context.parent_id`. Repeat for OR. */
                parent_id?: string[];
                /** @description `ai.execution_id`. Repeat for OR. */
                execution_id?: string[];
                /** @description `http.status_code`: `404` or `5xx`. Repeat for OR. */
                http_status?: string[];
                /** @description `compliance.regulations_checked` holds it. Repeat for OR. */
                regulation?: string[];
                /** @description `compliance.traffic_light_status`. Repeat for OR. */
                traffic_light?: ("green" | "amber" | "red")[];
                /** @description Inclusive. RFC 3339 with offset, or relative such as `-24h` (s, m, h, d, w). */
                from?: string;
                /** @description Exclusive. As `from`. */
                to?: string;
                /** @description Which clock `from`, `to` and the order use. */
                time?: "occurred" | "recorded";
                /** @description Words, "phrases", prefix* in full text, and conditions: `actor:alice severity>=high -type:api.request after:2026-01-31` (docs/query-language.md). `errors` of a refusal have the places of the mistakes. */
                q?: string;
                /** @description One JSON event per line, or a table. */
                format?: "ndjson" | "csv";
                /** @description Newest or oldest first. */
                order?: "desc" | "asc";
                /** @description Members to return, separated by commas, as dotted paths: `id,actor.id,metadata.order`. */
                fields?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NDJSON, or CSV with a header and formulas neutralised. */
            200: {
                headers: {
                    /** @description Only where a replica of the database answers: the first `seq` that it may lack */
                    "attestry-read-to"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEvent: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description Event id (UUID). */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event with `verification`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEventContext: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                before?: number;
                after?: number;
                by?: "time" | "request" | "session" | "actor";
            };
            header?: never;
            path: {
                /** @description Event id (UUID). */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Neighbours, oldest first. */
            200: {
                headers: {
                    /** @description Only where a replica of the database answers: the first `seq` that it may lack */
                    "attestry-read-to"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        event: components["schemas"]["Event"];
                        by: string;
                        before: components["schemas"]["Event"][];
                        after: components["schemas"]["Event"][];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEventProof: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description Event id (UUID). */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description c2sp.org/tlog-proof@v1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEventRecord: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description Event id (UUID). */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Canonical JSON (RFC 8785). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEventHistory: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description Event id (UUID). */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Notes, erasures, prunes and holds. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        seq: number;
                        entries: {
                            type: string;
                            seq: number;
                            /** Format: date-time */
                            recorded_at: string;
                            detail: Record<string, unknown>;
                        }[];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getActorActivity: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description Inclusive; RFC 3339 or `-24h`. */
                from?: string;
                /** @description Exclusive. */
                to?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Profile. */
            200: {
                headers: {
                    /** @description Only where a replica of the database answers: the first `seq` that it may lack */
                    "attestry-read-to"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTargetActivity: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description Inclusive; RFC 3339 or `-24h`. */
                from?: string;
                /** @description Exclusive. */
                to?: string;
            };
            header?: never;
            path: {
                type: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Profile. */
            200: {
                headers: {
                    /** @description Only where a replica of the database answers: the first `seq` that it may lack */
                    "attestry-read-to"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description `context.project_id`. Repeat for OR. */
                project?: string[];
                /** @description `actor.id`. Repeat for OR. */
                actor?: string[];
                /** @description `actor.type`. Repeat for OR. */
                actor_type?: ("user" | "service" | "agent" | "system" | "anonymous")[];
                /** @description `actor.email`. Repeat for OR. */
                actor_email?: string[];
                /** @description Event type; `document.*` means all that begin so. Repeat for OR. */
                type?: string[];
                /** @description Category. Repeat for OR. */
                category?: ("auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api")[];
                /** @description Severity, or `>=high`. Repeat for OR. */
                severity?: ("info" | "low" | "medium" | "high" | "critical" | ">=info" | ">=low" | ">=medium" | ">=high" | ">=critical")[];
                /** @description `action.verb`. Repeat for OR. */
                verb?: string[];
                /** @description `action.status`. Repeat for OR. */
                status?: ("success" | "failure" | "denied" | "partial" | "in_progress")[];
                /** @description `target.type`. Repeat for OR. */
                target_type?: string[];
                /** @description `target.id`. Repeat for OR. */
                target?: string[];
                /** @description `actor.ip_address`: an address or a network in CIDR notation. Repeat for OR. */
                ip?: string[];
                /** @description `actor.session_id`. Repeat for OR. */
                session?: string[];
                /** @description `context.request_id`. Repeat for OR. */
                request_id?: string[];
                /** @description `context.correlation_id`. Repeat for OR. */
                correlation_id?: string[];
                /** @description `context.parent_id`. Repeat for OR. */
                parent_id?: string[];
                /** @description `ai.execution_id`. Repeat for OR. */
                execution_id?: string[];
                /** @description `http.status_code`: `404` or `5xx`. Repeat for OR. */
                http_status?: string[];
                /** @description `compliance.regulations_checked` holds it. Repeat for OR. */
                regulation?: string[];
                /** @description `compliance.traffic_light_status`. Repeat for OR. */
                traffic_light?: ("green" | "amber" | "red")[];
                /** @description Words, "phrases", prefix* in full text, and conditions: `actor:alice severity>=high -type:api.request after:2026-01-31` (docs/query-language.md). `errors` of a refusal have the places of the mistakes. */
                q?: string;
                /** @description Begin after this record (`seq`), instead of with what is recorded from now on. */
                after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    liveEvents: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description `context.project_id`. Repeat for OR. */
                project?: string[];
                /** @description `actor.id`. Repeat for OR. */
                actor?: string[];
                /** @description `actor.type`. Repeat for OR. */
                actor_type?: ("user" | "service" | "agent" | "system" | "anonymous")[];
                /** @description `actor.email`. Repeat for OR. */
                actor_email?: string[];
                /** @description Event type; `document.*` means all that begin so. Repeat for OR. */
                type?: string[];
                /** @description Category. Repeat for OR. */
                category?: ("auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api")[];
                /** @description Severity, or `>=high`. Repeat for OR. */
                severity?: ("info" | "low" | "medium" | "high" | "critical" | ">=info" | ">=low" | ">=medium" | ">=high" | ">=critical")[];
                /** @description `action.verb`. Repeat for OR. */
                verb?: string[];
                /** @description `action.status`. Repeat for OR. */
                status?: ("success" | "failure" | "denied" | "partial" | "in_progress")[];
                /** @description `target.type`. Repeat for OR. */
                target_type?: string[];
                /** @description `target.id`. Repeat for OR. */
                target?: string[];
                /** @description `actor.ip_address`: an address or a network in CIDR notation. Repeat for OR. */
                ip?: string[];
                /** @description `actor.session_id`. Repeat for OR. */
                session?: string[];
                /** @description `context.request_id`. Repeat for OR. */
                request_id?: string[];
                /** @description `context.correlation_id`. Repeat for OR. */
                correlation_id?: string[];
                /** @description `context.parent_id`. Repeat for OR. */
                parent_id?: string[];
                /** @description `ai.execution_id`. Repeat for OR. */
                execution_id?: string[];
                /** @description `http.status_code`: `404` or `5xx`. Repeat for OR. */
                http_status?: string[];
                /** @description `compliance.regulations_checked` holds it. Repeat for OR. */
                regulation?: string[];
                /** @description `compliance.traffic_light_status`. Repeat for OR. */
                traffic_light?: ("green" | "amber" | "red")[];
                /** @description Words, "phrases", prefix* in full text, and conditions: `actor:alice severity>=high -type:api.request after:2026-01-31` (docs/query-language.md). `errors` of a refusal have the places of the mistakes. */
                q?: string;
                /** @description Begin after this record (`seq`), instead of with what is recorded from now on. */
                after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection is a WebSocket from here on. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suggestValues: {
        parameters: {
            query: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description A field, or `metadata.<path>`. */
                field: string;
                /** @description How the values begin, in any case. */
                prefix?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The commonest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        field: string;
                        values: {
                            value: string;
                            count?: number;
                        }[];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRecent: {
        parameters: {
            query: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description `actor.id`. */
                actor: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first. */
            200: {
                headers: {
                    /** @description Only where a replica of the database answers: the first `seq` that it may lack */
                    "attestry-read-to"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        actor: string;
                        events: components["schemas"]["Event"][];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSavedSearches: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        searches: components["schemas"]["SavedSearch"][];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSavedSearch: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @description Parameters of `GET /v1/events`, as in an address: `q=status%3Afailure&from=-24h`. */
                    query: string;
                    /**
                     * @description For everybody of the tenant. What names persons is shown to who may see personal data.
                     * @default false
                     */
                    shared?: boolean;
                };
            };
        };
        responses: {
            /** @description The saved search. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedSearch"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSavedSearch: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The saved search. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedSearch"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeSavedSearch: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @description Parameters of `GET /v1/events`, as in an address: `q=status%3Afailure&from=-24h`. */
                    query: string;
                    /**
                     * @description For everybody of the tenant. What names persons is shown to who may see personal data.
                     * @default false
                     */
                    shared?: boolean;
                };
            };
        };
        responses: {
            /** @description The saved search. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedSearch"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeSavedSearch: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getIntegrity: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is known now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integrity"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startVerify: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description First record. */
                    from?: number;
                    /** @description Record after the last; the newest when absent. */
                    to?: number;
                    /**
                     * @description What is compared with the records besides chain, tree and checkpoints: query columns, seals, neither (`records`) or both (`full`).
                     * @default full
                     * @enum {string}
                     */
                    depth?: "full" | "records" | "columns" | "seals";
                };
            };
        };
        responses: {
            /** @description The job; poll it at `Location`. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifyJob"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getVerify: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description State and report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifyJob"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCheckpoints: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description Smallest size. */
                from?: number;
                /** @description Largest size. */
                to?: number;
                order?: "desc" | "asc";
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By size. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        checkpoints: components["schemas"]["Checkpoint"][];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCheckpoint: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description `latest`, a size, or a day (UTC), whose last one is meant. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it was signed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getInclusionProof: {
        parameters: {
            query: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description Record. */
                seq: number;
                /** @description Size of a signed checkpoint; the newest when absent. */
                size?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sibling hashes from the leaf upwards. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        origin: string;
                        seq: number;
                        size: number;
                        leaf_hash: string;
                        hashes: string[];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getConsistencyProof: {
        parameters: {
            query: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
                /** @description Size of the earlier checkpoint. */
                from: number;
                /** @description Size of the later one; the newest when absent. */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Hashes in the order of RFC 9162. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        origin: string;
                        from: number;
                        to: number;
                        hashes: string[];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLogCheckpoint: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed note. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLogTile: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                tenant: string;
                /** @description `<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]` */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tile; it never changes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first, revoked ones included. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: components["schemas"]["ApiKey"][];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    roles: ("platform_admin" | "admin" | "security_officer" | "auditor" | "project_manager" | "member" | "ingest")[];
                    /** @description Narrows what the roles allow. */
                    scopes?: ("events:write" | "events:read" | "exports:write" | "verify" | "retention:write" | "privacy:write" | "admin")[];
                    /** @description Only events of these projects. */
                    projects?: string[];
                    /** @description Only events of these categories. */
                    categories?: ("auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api")[];
                    /** @description Only events of these types; `document.*` is a prefix. */
                    types?: string[];
                    /** @description Only from these addresses or networks. */
                    cidrs?: string[];
                    /** @description Whose own activity a `member` key shows (`actor.id`). */
                    subject?: string;
                    /** @description RFC 3339 with offset. */
                    expires_at?: string;
                    /**
                     * @description Shown in the token, e.g. `live` or `test`.
                     * @default live
                     */
                    environment?: string;
                };
            };
        };
        responses: {
            /** @description The key and its token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key: components["schemas"]["ApiKey"];
                        /** @description Shown this once. */
                        token: string;
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKey: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Without its secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The revoked key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key and its new token. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key: components["schemas"]["ApiKey"];
                        /** @description Shown this once. */
                        token: string;
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTenants: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tenants: components["schemas"]["Tenant"][];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTenant: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id: string;
                    name?: string;
                };
            };
        };
        responses: {
            /** @description The tenant. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenant: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With the state of its log. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSchemas: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By type. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        schemas: components["schemas"]["EventSchema"][];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addSchema: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    type: string;
                    /** @description No references but #/$defs/name, no recursion, patterns only with maxLength. */
                    schema: Record<string, unknown>;
                    /** @enum {string} */
                    category?: "auth" | "data" | "config" | "admin" | "eval" | "ai" | "compliance" | "security" | "system" | "performance" | "api";
                    /** @enum {string} */
                    severity?: "info" | "low" | "medium" | "high" | "critical";
                    description?: string;
                };
            };
        };
        responses: {
            /** @description The version in force. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventSchema"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testSchema: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    type?: string;
                    /** @description As for `POST /v1/schemas`. */
                    schema: Record<string, unknown>;
                    /** @description As for `POST /v1/events`. */
                    event: Record<string, unknown>;
                };
            };
        };
        responses: {
            /** @description Whether the event fits, and what does not. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        problems: {
                            /** @enum {string} */
                            of: "schema" | "event";
                            /** @description JSON pointer into the schema or the event. */
                            path: string;
                            detail: string;
                        }[];
                        /** @description Members of this event that the schema would have sealed (JSON pointers). */
                        personal: string[];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSchema: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path: {
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        versions: components["schemas"]["EventSchema"][];
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    beginOidcSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the identity provider. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finishOidcSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the page that was asked for. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSessionOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a page for signing in offers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        api_key: boolean;
                        oidc: {
                            name: string;
                            url: string;
                        } | null;
                    };
                };
            };
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The API key. */
                    key: string;
                };
            };
        };
        responses: {
            /** @description Who you are now, and the cookie. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out here; at `logout_url` the browser signs out of the identity provider too. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uri */
                        logout_url: string;
                    };
                };
            };
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSessions: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out here; at `logout_url` the browser signs out of the identity provider too. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uri */
                        logout_url: string;
                    };
                };
            };
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLimits: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Limits by name; those per minute are 0 where they are switched off. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        version: string;
                        /** @description Of the server (SPDX). */
                        license: string;
                        limits: {
                            [key: string]: number;
                        };
                    };
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: {
                /** @description Another tenant; platform administrators only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key or session of this request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Refused; see docs/errors.md */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; see docs/errors.md */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                    };
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description No; `components` says which part. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
}
