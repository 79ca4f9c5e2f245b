// Generated from the OpenAPI document: npm run portal:types
export interface paths {
    "/v1/brokers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List brokers
         * @description Newest first. Deleted ones only with status=deleted.
         */
        get: operations["BrokersController_list"];
        put?: never;
        /**
         * Launch a broker
         * @description Answers at once with the broker and the job that launches it.
         */
        post: operations["BrokersController_launch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/brokers/{broker}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a broker
         * @description By id or name: everything Nova tells, its history, what its steps cost.
         */
        get: operations["BrokersController_show"];
        put?: never;
        post?: never;
        /**
         * Delete a broker
         * @description By id or name, whatever state it is in. Answers at once with the job.
         */
        delete: operations["BrokersController_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List jobs
         * @description Newest first.
         */
        get: operations["JobsController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a job
         * @description Its steps with attempts, errors and times, and its progress in percent.
         */
        get: operations["JobsController_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The facts of a job
         * @description Oldest first.
         */
        get: operations["JobsController_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The facts of a job, live
         * @description Server-sent events; resumes after Last-Event-ID.
         */
        get: operations["JobsController_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a job
         * @description At any moment; what it did is undone.
         */
        post: operations["JobsController_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a job
         * @description A parked one goes on where it stopped, a failed one starts over.
         */
        post: operations["JobsController_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that happens to the tenant, live
         * @description Server-sent CloudEvents from now on, or after Last-Event-ID. docs/events.md lists them.
         */
        get: operations["EventsController_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description Newest first, without the callbacks of jobs.
         */
        get: operations["WebhooksController_list"];
        put?: never;
        /**
         * Create a webhook
         * @description Its secret is at …/secret. Whatever happens from now on is posted to it.
         */
        post: operations["WebhooksController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a webhook */
        get: operations["WebhooksController_show"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook
         * @description Nothing more is sent, not even what is owed.
         */
        delete: operations["WebhooksController_delete"];
        options?: never;
        head?: never;
        /**
         * Change a webhook
         * @description What is not named stays. A disabled webhook is called again.
         */
        patch: operations["WebhooksController_change"];
        trace?: never;
    };
    "/v1/webhooks/{webhook}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The secrets that sign the deliveries
         * @description The newest first; during a rotation there are two.
         */
        get: operations["WebhooksController_secret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign with a new secret
         * @description For 24 hours deliveries are signed with the one before as well.
         */
        post: operations["WebhooksController_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event
         * @description Answers with its id; see the deliveries.
         */
        post: operations["WebhooksController_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description Newest first. Settled ones are kept for 30 days.
         */
        get: operations["DeliveriesController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/deliveries/{delivery}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a delivery
         * @description What is sent, and every attempt with the first KiB of its answer.
         */
        get: operations["DeliveriesController_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/deliveries/{delivery}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery again
         * @description With the same id.
         */
        post: operations["DeliveriesController_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a period again
         * @description Everything that happened in it, in order and with the same ids; 30 days back at most.
         */
        post: operations["DeliveriesController_replayPeriod"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cloud/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Images a broker can be launched from */
        get: operations["CloudController_images"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cloud/flavors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Flavors */
        get: operations["CloudController_flavors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cloud/networks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Networks */
        get: operations["CloudController_networks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cloud/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your key pairs */
        get: operations["CloudController_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is wrong
         * @description Checks what Warrener needs, and lists what it made that nobody owns.
         */
        get: operations["DoctorController_examine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/doctor/orphans/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove orphans
         * @description Removes those of the named resources that still are orphans.
         */
        post: operations["DoctorController_remove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projections/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rebuild the read models
         * @description Throws the lists away and makes them anew from the events.
         */
        post: operations["DoctorController_rebuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/firehose": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the firehose is
         * @description MQTT over WebSocket, for browsers, without a password; null where this installation has none. docs/firehose.md tells the topics.
         */
        get: operations["FirehoseController_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process lives */
        get: operations["HealthController_alive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The process can serve
         * @description PostgreSQL answers; without it nothing can be accepted. `degraded` where something else is away: requests are accepted and wait. Each dependency is named, with what to do.
         */
        get: operations["HealthController_ready"];
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
        /**
         * Whom the token stands for
         * @description Its tenant, its name and its role.
         */
        get: operations["MeController_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in by Keystone
         * @description Answers a token of Keystone’s for the project, to be presented as X-Auth-Token. Twenty attempts a minute by address.
         */
        post: operations["SignInController_signIn"];
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
        /**
         * List tenants
         * @description By id.
         */
        get: operations["TenantsController_list"];
        put?: never;
        /** Create a tenant */
        post: operations["TenantsController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a tenant */
        get: operations["TenantsController_show"];
        put?: never;
        post?: never;
        /**
         * Delete a tenant
         * @description One without brokers. Its tokens open nothing any more.
         */
        delete: operations["TenantsController_delete"];
        options?: never;
        head?: never;
        /**
         * Change a tenant
         * @description What is left out stays, down to the single queue.
         */
        patch: operations["TenantsController_change"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tokens of a tenant
         * @description Newest first, revoked ones included.
         */
        get: operations["TokensController_list"];
        put?: never;
        /**
         * Issue a token
         * @description The answer alone shows it; nobody can look it up later. A request repeated by its Idempotency-Key is answered with null in its place: revoke that one and issue another.
         */
        post: operations["TokensController_issue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/tokens/{token}": {
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
         * Revoke a token
         * @description At once; a stream that it opened is told to its end.
         */
        delete: operations["TokensController_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/worker-pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List worker pools
         * @description The configured ones, by name.
         */
        get: operations["WorkerPoolsController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/worker-pools/{pool}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a worker pool
         * @description Its list, and the workers that are alive.
         */
        get: operations["WorkerPoolsController_show"];
        /**
         * Configure a worker pool
         * @description Running workers of the pool follow at once. One that was started with QUEUE_PRIORITY keeps that list: the answer names it in overridden_by_environment.
         */
        put: operations["WorkerPoolsController_set"];
        post?: never;
        /**
         * Forget a worker pool
         * @description Its workers go back to the default list, or to QUEUE_PRIORITY.
         */
        delete: operations["WorkerPoolsController_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List workers
         * @description Those that were heard of in the last half minute, with what they consume and how they stand.
         */
        get: operations["WorkersController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/control": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell running workers what to do
         * @description Drain, resume, change the log level, report, or reload priorities until the pool says otherwise; to all of them, to a pool or to one. What they made of it is in what they announce.
         */
        post: operations["WorkersController_control"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The work queues
         * @description How much waits where, who consumes it, who is routed there, and what nobody consumes (misaligned).
         */
        get: operations["WorkQueuesController_list"];
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
        LaunchBroker: {
            /** @description Unique within the tenant; becomes the first part of the server's name */
            name: string;
            /** @description Name or id of an image: one with the broker in it (RabbitMQ, Mosquitto) or a plain Debian */
            image: string;
            /** @description Name or id of a flavor */
            flavor: string;
            /** @description Name or id of the network the server is put on */
            network: string;
            /** @description Name or id of your key pair, for your own way into the server */
            key: string;
            /** @description The broker's administrator */
            admin_username: string;
            /** @description At least 12 characters */
            admin_password: string;
            /**
             * @description Needed where the image's name does not tell
             * @enum {string}
             */
            engine?: "rabbitmq" | "mosquitto";
            /** @description Name or id of an external network to take a floating address from */
            floating_network?: string;
            /** @description Where every event of the launch is posted to, signed; the answer names the webhook that does it */
            callback_url?: string;
            /**
             * @description How urgent it is; the tenant says who may use express
             * @default bulk
             * @enum {string}
             */
            lane: "express" | "bulk";
        };
        ListBrokers: {
            /**
             * @description Items on a page
             * @default 50
             */
            limit: number;
            /** @description The next_cursor of the page before */
            cursor?: string;
            name?: string;
            /** @enum {string} */
            status?: "requested" | "launching" | "ready" | "failed" | "parked" | "deleting" | "deleted";
        };
        DeleteBroker: {
            /**
             * @description How urgent it is; the tenant says who may use express
             * @default bulk
             * @enum {string}
             */
            lane: "express" | "bulk";
        };
        ListJobs: {
            /**
             * @description Items on a page
             * @default 50
             */
            limit: number;
            /** @description The next_cursor of the page before */
            cursor?: string;
            /** Format: uuid */
            broker?: string;
            /** @enum {string} */
            status?: "running" | "undoing" | "parked" | "succeeded" | "failed" | "cancelled";
        };
        ListEvents: {
            /**
             * @description Only what came after this version
             * @default 0
             */
            after: number;
        };
        FollowEvents: {
            /**
             * Format: uuid
             * @description Events of this job only
             */
            job?: string;
            /** @description Types of events, e.g. "job.failed,broker.*"; all by default */
            type?: string;
        };
        CreateWebhook: {
            /** @description Where deliveries are posted to, https:// or http:// */
            url: string;
            /**
             * @description Types of events it wants, e.g. "job.failed" or "broker.*"; none for all
             * @default []
             */
            types: string[];
            /** @default  */
            description: string;
            /**
             * @description While it is paused nothing is sent, and what it is owed is kept
             * @default false
             */
            paused: boolean;
            /** @description "whsec_" and 24 to 64 random bytes in base64; made by default */
            secret?: string;
        };
        ListWebhooks: {
            /**
             * @description Items on a page
             * @default 50
             */
            limit: number;
            /** @description The next_cursor of the page before */
            cursor?: string;
            /**
             * Format: uuid
             * @description The callback of this job's launch instead
             */
            job?: string;
        };
        ChangeWebhook: {
            /** @description Where deliveries are posted to, https:// or http:// */
            url?: string;
            /** @description Types of events it wants, e.g. "job.failed" or "broker.*"; none for all */
            types?: string[];
            description?: string;
            /** @description While it is paused nothing is sent, and what it is owed is kept */
            paused?: boolean;
        };
        RotateSecret: {
            /** @description "whsec_" and 24 to 64 random bytes in base64; made by default */
            secret?: string;
        };
        ListDeliveries: {
            /**
             * @description Items on a page
             * @default 50
             */
            limit: number;
            /** @description The next_cursor of the page before */
            cursor?: string;
            /** @enum {string} */
            status?: "pending" | "delivered" | "failed" | "skipped";
        };
        ReplayPeriod: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to?: string;
            /**
             * @description Leaves out what was delivered
             * @default false
             */
            failed_only: boolean;
        };
        RemoveOrphans: {
            ids: string[];
        };
        SignIn: {
            user: string;
            /**
             * @description Of the user and of the project
             * @default Default
             */
            domain: string;
            password: string;
            project: string;
        };
        ListPage: {
            /**
             * @description Items on a page
             * @default 50
             */
            limit: number;
            /** @description The next_cursor of the page before */
            cursor?: string;
        };
        CreateTenant: {
            id: string;
            /** @description For people */
            name: string;
            /** @description Applies to new jobs; those under way keep theirs */
            queues?: {
                cloud_express_queue?: string;
                cloud_bulk_queue?: string;
                config_express_queue?: string;
                config_bulk_queue?: string;
            };
            limits?: {
                /** @description Steps running at once, over all workers */
                running_steps?: number | null;
                /** @description Brokers that are not deleted, failed ones included */
                brokers?: number | null;
                /** @description Launches accepted within any 60 seconds */
                submissions_per_minute?: number | null;
            };
            /**
             * @description The least role that may use the express lane
             * @enum {string}
             */
            express_role?: "member" | "admin";
            /** @description Whether everybody may read its name and its brokers’ on the firehose */
            public_names?: boolean;
            /**
             * @description Take queues that no worker consumes
             * @default false
             */
            force: boolean;
        };
        ChangeTenant: {
            /** @description For people */
            name?: string;
            /** @description Applies to new jobs; those under way keep theirs */
            queues?: {
                cloud_express_queue?: string;
                cloud_bulk_queue?: string;
                config_express_queue?: string;
                config_bulk_queue?: string;
            };
            limits?: {
                /** @description Steps running at once, over all workers */
                running_steps?: number | null;
                /** @description Brokers that are not deleted, failed ones included */
                brokers?: number | null;
                /** @description Launches accepted within any 60 seconds */
                submissions_per_minute?: number | null;
            };
            /**
             * @description The least role that may use the express lane
             * @enum {string}
             */
            express_role?: "member" | "admin";
            /** @description Whether everybody may read its name and its brokers’ on the firehose */
            public_names?: boolean;
            /**
             * @description Take queues that no worker consumes
             * @default false
             */
            force: boolean;
        };
        IssueToken: {
            /** @description Says what it is for; shown as the author of what is done with it */
            name: string;
            /** @enum {string} */
            role: "reader" | "member" | "admin";
            /**
             * Format: date-time
             * @description 90 days from now where it is left out
             */
            expires_at?: string;
        };
        SetPool: {
            /** @description Work queues, the most urgent first, written as in QUEUE_PRIORITY */
            priorities: string;
        };
        BrokerAccepted: {
            broker: components["schemas"]["Broker"];
            job: {
                /** Format: uuid */
                id: string;
                /** @constant */
                status: "running";
                /** Format: uuid */
                broker_id: string;
            };
            /** @description The webhook of the callback_url, where one was given */
            callback?: {
                /** Format: uuid */
                webhook_id: string;
            };
        };
        Broker: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description Where it is reached; null before it has an address */
            endpoint: string | null;
            dashboard_url: string | null;
            flavor: string;
            key_pair: string;
            /** @enum {string} */
            engine: "rabbitmq" | "mosquitto";
            /**
             * @description `ready`: it accepted a login and refused a wrong password
             * @enum {string}
             */
            status: "requested" | "launching" | "ready" | "failed" | "parked" | "deleting" | "deleted";
            image: string;
            network: string;
            error: string | null;
            /**
             * Format: uuid
             * @description The job that is responsible for it now
             */
            job_id: string;
        };
        BrokerPage: {
            items: {
                /** Format: uuid */
                id: string;
                name: string;
                /** @description Where it is reached; null before it has an address */
                endpoint: string | null;
                dashboard_url: string | null;
                flavor: string;
                key_pair: string;
                /** @enum {string} */
                engine: "rabbitmq" | "mosquitto";
                /**
                 * @description `ready`: it accepted a login and refused a wrong password
                 * @enum {string}
                 */
                status: "requested" | "launching" | "ready" | "failed" | "parked" | "deleting" | "deleted";
                image: string;
                network: string;
                error: string | null;
                /**
                 * Format: uuid
                 * @description The job that is responsible for it now
                 */
                job_id: string;
                /** Format: date-time */
                created_at: string;
            }[];
            next_cursor: string | null;
        };
        BrokerDetail: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description Where it is reached; null before it has an address */
            endpoint: string | null;
            dashboard_url: string | null;
            flavor: string;
            key_pair: string;
            /** @enum {string} */
            engine: "rabbitmq" | "mosquitto";
            /**
             * @description `ready`: it accepted a login and refused a wrong password
             * @enum {string}
             */
            status: "requested" | "launching" | "ready" | "failed" | "parked" | "deleting" | "deleted";
            image: string;
            network: string;
            error: string | null;
            /**
             * Format: uuid
             * @description The job that is responsible for it now
             */
            job_id: string;
            admin_username: string;
            address: string | null;
            floating_network: string | null;
            created_at: string | null;
            updated_at: string | null;
            /** @description What Nova tells of it */
            server: {
                [key: string]: unknown;
            } | null;
            /** @description Why Nova could not be asked */
            server_error: string | null;
            history: {
                /** @description Counts the facts of this stream */
                version: number;
                type: string;
                /** Format: date-time */
                at: string;
                data: {
                    [key: string]: unknown;
                };
            }[];
            timings: {
                step: string;
                duration_ms: number | null;
                attempts: number;
            }[];
        };
        Choices: {
            items: {
                id: string;
                name: string;
            }[];
        };
        Flavors: {
            items: {
                id: string;
                name: string;
                vcpus: number;
                ram_mb: number;
                disk_gb: number;
            }[];
        };
        Networks: {
            items: {
                id: string;
                name: string;
                external: boolean;
            }[];
        };
        Examination: {
            checks: {
                name: string;
                ok: boolean;
                detail: string;
            }[];
            orphans: {
                /** @enum {string} */
                type: "server" | "port" | "security-group" | "floating-ip";
                id: string;
                name: string;
                broker_id: string;
                reason: string;
            }[];
            work_queues: components["schemas"]["WorkQueue"][];
        };
        WorkQueue: {
            name: string;
            exists: boolean;
            depth: number;
            consumers: number;
            workers: string[];
            jobs_waiting: number;
            oldest_seconds: number | null;
            tenants: string[];
            /** @description Work is routed there, and no worker consumes it */
            misaligned: boolean;
        };
        OrphansRemoved: {
            removed: string[];
            failed: {
                id: string;
                reason: string;
            }[];
        };
        ProjectionsRebuilt: {
            rebuilt: {
                name: string;
                events: number;
            }[];
        };
        Firehose: {
            websocket_url: string | null;
        };
        Alive: {
            /** @constant */
            status: "ok";
        };
        Ready: {
            /** @enum {string} */
            status: "ok" | "degraded";
            dependencies: {
                name: string;
                ok: boolean;
                needed: boolean;
                remedy: string | null;
            }[];
        };
        JobPage: {
            items: {
                /** Format: uuid */
                id: string;
                workflow: string;
                /** Format: uuid */
                broker_id: string;
                broker_name: string | null;
                /** @enum {string} */
                status: "running" | "undoing" | "parked" | "succeeded" | "failed" | "cancelled";
                progress: number;
                /** Format: date-time */
                created_at: string;
                /** Format: date-time */
                updated_at: string;
            }[];
            next_cursor: string | null;
        };
        Job: {
            /** Format: uuid */
            id: string;
            workflow: string;
            workflow_version: number;
            /** Format: uuid */
            broker_id: string;
            broker_name: string | null;
            /** @enum {string} */
            status: "running" | "undoing" | "parked" | "succeeded" | "failed" | "cancelled";
            progress: number;
            current_step: string | null;
            steps: {
                name: string;
                /** @enum {string} */
                stage: "cloud" | "config";
                /** @enum {string} */
                status: "pending" | "running" | "waiting" | "uncertain" | "succeeded" | "failed" | "undoing" | "undone" | "skipped";
                attempts: number;
                started_at: string | null;
                finished_at: string | null;
                duration_ms: number | null;
                error: string | null;
                waiting_for: string | null;
                output: {
                    [key: string]: unknown;
                };
                /** @description What commands printed, bounded and without secrets */
                notes: string;
            }[];
            error: string | null;
            /** Format: date-time */
            created_at: string;
            finished_at: string | null;
            /** @description Null where a step runs, or nothing happens by itself */
            waiting_for: ({
                /** @constant */
                kind: "moment";
                queue: string;
                /** Format: date-time */
                until: string;
            } | {
                /** @constant */
                kind: "limit";
                queue: string;
                /** @constant */
                limit: "running_steps";
                of: number | null;
                ahead: number;
            } | {
                /** @constant */
                kind: "worker";
                queue: string;
                ahead: number;
                estimate_seconds: number | null;
            }) | null;
        };
        JobEvents: {
            items: {
                /** @description Counts the facts of this stream */
                version: number;
                type: string;
                /** Format: date-time */
                at: string;
                data: {
                    [key: string]: unknown;
                };
            }[];
        };
        Me: {
            tenant: string;
            name: string;
            /** @enum {string} */
            role: "reader" | "member" | "admin";
        };
        SignedIn: {
            /** @description Keystone's, to be presented as X-Auth-Token */
            token: string;
            /** Format: date-time */
            expires_at: string;
            tenant: string;
            /** @description The tenant's name in Keystone */
            project: string;
            name: string;
            /** @enum {string} */
            role: "reader" | "member" | "admin";
        };
        DeliveryPage: {
            items: {
                /** Format: uuid */
                id: string;
                event_id: string;
                type: string;
                /** Format: date-time */
                event_at: string;
                /** @enum {string} */
                status: "pending" | "delivered" | "failed" | "skipped";
                attempts: number;
                next_attempt_at: string | null;
                settled_at: string | null;
            }[];
            next_cursor: string | null;
        };
        DeliveryDetail: {
            /** Format: uuid */
            id: string;
            event_id: string;
            type: string;
            /** Format: date-time */
            event_at: string;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed" | "skipped";
            attempts: number;
            next_attempt_at: string | null;
            settled_at: string | null;
            /** @description What is sent: a CloudEvent */
            event: {
                [key: string]: unknown;
            };
            tried: {
                number: number;
                /** Format: date-time */
                at: string;
                status: number | null;
                error: string | null;
                duration_ms: number;
                answer: string;
            }[];
        };
        DeliveryReplayed: {
            /** Format: uuid */
            id: string;
            /** @constant */
            status: "pending";
        };
        PeriodReplayed: {
            deliveries: number;
        };
        Webhook: {
            /** Format: uuid */
            id: string;
            url: string;
            /** @description None for all */
            types: string[];
            description: string;
            /** @enum {string} */
            status: "active" | "paused" | "disabled" | "deleted";
            /** @description The only job it is told of; null for all */
            job_id: string | null;
            /** @description Why it is disabled */
            error: string | null;
        };
        WebhookPage: {
            items: {
                /** Format: uuid */
                id: string;
                url: string;
                /** @description None for all */
                types: string[];
                description: string;
                /** @enum {string} */
                status: "active" | "paused" | "disabled" | "deleted";
                /** @description The only job it is told of; null for all */
                job_id: string | null;
                /** @description Why it is disabled */
                error: string | null;
                /** Format: date-time */
                created_at: string;
            }[];
            next_cursor: string | null;
        };
        WebhookSecrets: {
            secret: string | null;
            /** @description The newest first; two during a rotation */
            secrets: {
                secret: string;
                expires_at: string | null;
            }[];
        };
        WebhookTested: {
            event_id: string;
        };
        TenantPage: {
            items: {
                id: string;
                name: string;
                queues: {
                    cloud_express_queue: string;
                    cloud_bulk_queue: string;
                    config_express_queue: string;
                    config_bulk_queue: string;
                };
                /** @description Null for no limit */
                limits: {
                    running_steps: number | null;
                    brokers: number | null;
                    submissions_per_minute: number | null;
                };
                /** @enum {string} */
                express_role: "reader" | "member" | "admin";
                public_names: boolean;
                /** Format: date-time */
                created_at: string;
            }[];
            next_cursor: string | null;
        };
        Tenant: {
            id: string;
            name: string;
            queues: {
                cloud_express_queue: string;
                cloud_bulk_queue: string;
                config_express_queue: string;
                config_bulk_queue: string;
            };
            /** @description Null for no limit */
            limits: {
                running_steps: number | null;
                brokers: number | null;
                submissions_per_minute: number | null;
            };
            /** @enum {string} */
            express_role: "reader" | "member" | "admin";
            public_names: boolean;
        };
        TokenPage: {
            items: {
                /** Format: uuid */
                id: string;
                tenant: string;
                name: string;
                /** @enum {string} */
                role: "reader" | "member" | "admin";
                /** Format: date-time */
                expires_at: string;
                revoked: boolean;
                /** Format: date-time */
                created_at: string;
            }[];
            next_cursor: string | null;
        };
        TokenIssued: {
            /** Format: uuid */
            id: string;
            tenant: string;
            name: string;
            /** @enum {string} */
            role: "reader" | "member" | "admin";
            /** Format: date-time */
            expires_at: string;
            revoked: boolean;
            /** @description Shown once; null where the request was answered before */
            token: string | null;
        };
        WorkerPoolPage: {
            items: {
                name: string;
                priorities: string;
                workers: {
                    name: string;
                    priorities: string;
                    /** @enum {string} */
                    state: "working" | "draining" | "stopped";
                }[];
                overridden_by_environment: string[];
            }[];
            next_cursor: string | null;
        };
        WorkerPool: {
            name: string;
            priorities: string;
            workers: {
                name: string;
                priorities: string;
                /** @enum {string} */
                state: "working" | "draining" | "stopped";
            }[];
            overridden_by_environment: string[];
        };
        Workers: {
            items: {
                worker: string;
                pool: string;
                host: string;
                pid: number;
                started_at: string;
                /** @enum {string} */
                state: "working" | "draining" | "stopped";
                priority: string;
                fixed: boolean;
                slots: number;
                running: number;
                unbegun: number;
                consumed: string[];
            }[];
            next: null;
        };
        Told: {
            told: {
                /** @constant */
                type: "abort";
                to?: {
                    pool?: string;
                    worker?: string;
                };
                job: string;
            } | {
                /** @constant */
                type: "log_level";
                to?: {
                    pool?: string;
                    worker?: string;
                };
                /** @enum {string} */
                level: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
            } | {
                /** @constant */
                type: "reload";
                to?: {
                    pool?: string;
                    worker?: string;
                };
                priority: string;
            } | {
                /** @constant */
                type: "drain";
                to?: {
                    pool?: string;
                    worker?: string;
                };
            } | {
                /** @constant */
                type: "resume";
                to?: {
                    pool?: string;
                    worker?: string;
                };
            } | {
                /** @constant */
                type: "report";
                to?: {
                    pool?: string;
                    worker?: string;
                };
            };
        };
        WorkQueues: {
            items: components["schemas"]["WorkQueue"][];
        };
        Problem: {
            /** Format: uri */
            type: string;
            title: string;
            status: number;
            detail: string;
            instance?: string;
            errors?: {
                field: string;
                message: string;
            }[];
            /** @description OpenStack's, where a cloud call failed */
            request_id?: string;
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
    BrokersController_list: {
        parameters: {
            query?: {
                /** @description Items on a page */
                limit?: number;
                /** @description The next_cursor of the page before */
                cursor?: string;
                name?: string;
                status?: "requested" | "launching" | "ready" | "failed" | "parked" | "deleting" | "deleted";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrokerPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BrokersController_launch: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LaunchBroker"];
            };
        };
        responses: {
            /** @description Accepted; Location names the job */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrokerAccepted"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BrokersController_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrokerDetail"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BrokersController_delete: {
        parameters: {
            query?: {
                /** @description How urgent it is; the tenant says who may use express */
                lane?: "express" | "bulk";
            };
            header?: never;
            path: {
                broker: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted; Location names the job */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrokerAccepted"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    JobsController_list: {
        parameters: {
            query?: {
                /** @description Items on a page */
                limit?: number;
                /** @description The next_cursor of the page before */
                cursor?: string;
                broker?: string;
                status?: "running" | "undoing" | "parked" | "succeeded" | "failed" | "cancelled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    JobsController_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    JobsController_events: {
        parameters: {
            query?: {
                /** @description Only what came after this version */
                after?: number;
            };
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobEvents"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    JobsController_stream: {
        parameters: {
            query?: never;
            header?: {
                "last-event-id"?: string;
            };
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its facts, as they come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    JobsController_cancel: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    JobsController_retry: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    EventsController_stream: {
        parameters: {
            query?: {
                /** @description Events of this job only */
                job?: string;
                /** @description Types of events, e.g. "job.failed,broker.*"; all by default */
                type?: string;
            };
            header?: {
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description CloudEvents, as they come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhooksController_list: {
        parameters: {
            query?: {
                /** @description Items on a page */
                limit?: number;
                /** @description The next_cursor of the page before */
                cursor?: string;
                /** @description The callback of this job's launch instead */
                job?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhooksController_create: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhook"];
            };
        };
        responses: {
            /** @description As it stands now */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhooksController_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhooksController_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhooksController_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeWebhook"];
            };
        };
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhooksController_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecrets"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhooksController_rotate: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotateSecret"];
            };
        };
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WebhooksController_test: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTested"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveriesController_list: {
        parameters: {
            query?: {
                /** @description Items on a page */
                limit?: number;
                /** @description The next_cursor of the page before */
                cursor?: string;
                status?: "pending" | "delivered" | "failed" | "skipped";
            };
            header?: never;
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveriesController_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook: string;
                delivery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryDetail"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveriesController_replay: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                webhook: string;
                delivery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryReplayed"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeliveriesController_replayPeriod: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayPeriod"];
            };
        };
        responses: {
            /** @description As it stands now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeriodReplayed"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CloudController_images: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Choices"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CloudController_flavors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flavors"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CloudController_networks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Networks"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CloudController_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Choices"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DoctorController_examine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Examination"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DoctorController_remove: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RemoveOrphans"];
            };
        };
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrphansRemoved"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DoctorController_rebuild: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectionsRebuilt"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    FirehoseController_show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Firehose"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    HealthController_alive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    HealthController_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    MeController_show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SignInController_signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantsController_list: {
        parameters: {
            query?: {
                /** @description Items on a page */
                limit?: number;
                /** @description The next_cursor of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantsController_create: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTenant"];
            };
        };
        responses: {
            /** @description As it stands now */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantsController_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantsController_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TenantsController_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeTenant"];
            };
        };
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TokensController_list: {
        parameters: {
            query?: {
                /** @description Items on a page */
                limit?: number;
                /** @description The next_cursor of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TokensController_issue: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IssueToken"];
            };
        };
        responses: {
            /** @description As it stands now */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenIssued"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TokensController_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WorkerPoolsController_list: {
        parameters: {
            query?: {
                /** @description Items on a page */
                limit?: number;
                /** @description The next_cursor of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerPoolPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WorkerPoolsController_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pool: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerPool"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WorkerPoolsController_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pool: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetPool"];
            };
        };
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerPool"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WorkerPoolsController_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pool: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WorkersController_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workers"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WorkersController_control: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "abort";
                    to?: {
                        pool?: string;
                        worker?: string;
                    };
                    job: string;
                } | {
                    /** @enum {string} */
                    type: "log_level";
                    to?: {
                        pool?: string;
                        worker?: string;
                    };
                    /** @enum {string} */
                    level: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
                } | {
                    /** @enum {string} */
                    type: "reload";
                    to?: {
                        pool?: string;
                        worker?: string;
                    };
                    priority: string;
                } | {
                    /** @enum {string} */
                    type: "drain";
                    to?: {
                        pool?: string;
                        worker?: string;
                    };
                } | {
                    /** @enum {string} */
                    type: "resume";
                    to?: {
                        pool?: string;
                        worker?: string;
                    };
                } | {
                    /** @enum {string} */
                    type: "report";
                    to?: {
                        pool?: string;
                        worker?: string;
                    };
                };
            };
        };
        responses: {
            /** @description As it stands now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    WorkQueuesController_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkQueues"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
