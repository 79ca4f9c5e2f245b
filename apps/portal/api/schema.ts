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
         * @description The database answers; without it nothing can be accepted.
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
        RemoveOrphans: {
            ids: string[];
        };
        Accepted: {
            broker: components["schemas"]["Broker"];
            job: {
                /** Format: uuid */
                id: string;
                /** @enum {string} */
                status: "running";
                /** Format: uuid */
                broker_id: string;
            };
        };
        Broker: {
            /** Format: uuid */
            id: string;
            name: string;
            endpoint: string | null;
            dashboard_url: string | null;
            flavor: string;
            key_pair: string;
            /** @enum {string} */
            engine: "rabbitmq" | "mosquitto";
            /** @enum {string} */
            status: "requested" | "launching" | "ready" | "failed" | "parked" | "deleting" | "deleted";
            image: string;
            network: string;
            error: string | null;
            /** Format: uuid */
            job_id: string;
        };
        BrokerDetail: {
            /** Format: uuid */
            id: string;
            name: string;
            endpoint: string | null;
            dashboard_url: string | null;
            flavor: string;
            key_pair: string;
            /** @enum {string} */
            engine: "rabbitmq" | "mosquitto";
            /** @enum {string} */
            status: "requested" | "launching" | "ready" | "failed" | "parked" | "deleting" | "deleted";
            image: string;
            network: string;
            error: string | null;
            /** Format: uuid */
            job_id: string;
            admin_username: string;
            address: string | null;
            floating_network: string | null;
            /** Format: date-time */
            created_at: string | null;
            /** Format: date-time */
            updated_at: string | null;
            server: {
                [key: string]: unknown;
            } | null;
            server_error: string | null;
            history: components["schemas"]["Event"][];
            timings: {
                step: string;
                duration_ms: number | null;
                attempts: number;
            }[];
        };
        Check: {
            name: string;
            ok: boolean;
        } & {
            [key: string]: unknown;
        };
        Choice: {
            id: string;
            name: string;
        };
        Event: {
            version: number;
            type: string;
            /** Format: date-time */
            at: string;
            data: {
                [key: string]: unknown;
            };
        };
        Flavor: {
            id: string;
            name: string;
            vcpus: number;
            ram_mb: number;
            disk_gb: number;
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
            steps: components["schemas"]["Step"][];
            error: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            finished_at: string | null;
        };
        ListedBroker: {
            /** Format: uuid */
            id: string;
            name: string;
            endpoint: string | null;
            dashboard_url: string | null;
            flavor: string;
            key_pair: string;
            /** @enum {string} */
            engine: "rabbitmq" | "mosquitto";
            /** @enum {string} */
            status: "requested" | "launching" | "ready" | "failed" | "parked" | "deleting" | "deleted";
            image: string;
            network: string;
            error: string | null;
            /** Format: uuid */
            job_id: string;
            /** Format: date-time */
            created_at: string;
        };
        ListedJob: {
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
        };
        Network: {
            id: string;
            name: string;
            external: boolean;
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance?: string;
            errors?: {
                field: string;
                message: string;
            }[];
            request_id?: string;
        };
        Step: {
            name: string;
            /** @enum {string} */
            stage: "cloud" | "config";
            /** @enum {string} */
            status: "pending" | "running" | "waiting" | "uncertain" | "succeeded" | "failed" | "undoing" | "undone" | "skipped";
            attempts: number;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            finished_at: string | null;
            duration_ms: number | null;
            error: string | null;
            waiting_for: string | null;
            output: {
                [key: string]: unknown;
            };
            notes: string;
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ListedBroker"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description What went wrong */
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
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LaunchBroker"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrokerDetail"];
                };
            };
            /** @description What went wrong */
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
            query?: never;
            header?: never;
            path: {
                broker: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ListedJob"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Event"][];
                    };
                };
            };
            /** @description What went wrong */
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
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
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
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
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
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Choice"][];
                    };
                };
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Flavor"][];
                    };
                };
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Network"][];
                    };
                };
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Choice"][];
                    };
                };
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
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
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RemoveOrphans"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
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
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
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
