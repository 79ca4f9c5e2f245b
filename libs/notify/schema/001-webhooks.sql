-- Read model: the webhooks. Rebuilt from the events at any time.
create table warrener.webhook_view (
  stream text primary key,
  tenant text not null,
  state jsonb not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  id text not null,
  job text,
  status text not null
);

create unique index webhook_view_by_id on warrener.webhook_view (id);
create index webhook_view_by_tenant on warrener.webhook_view (tenant, id desc) where job is null and status <> 'deleted';
create index webhook_view_by_job on warrener.webhook_view (job) where job is not null;

-- What signs the deliveries of a webhook, sealed (AES-256-GCM). During a rotation there are two; the old one has an end.
create table warrener.webhook_secret (
  id uuid primary key,
  webhook text not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);

create index webhook_secret_by_webhook on warrener.webhook_secret (webhook, id desc);

-- What is owed to whom: one row for each event and webhook, made from the log. `lane_key` is what is told in order (a
-- broker); `position` is that order. The body is kept, so that each attempt sends the same bytes.
create table warrener.delivery (
  id uuid primary key,
  position bigint generated always as identity,
  webhook text not null,
  tenant text not null,
  event_id text not null,
  type text not null,
  event_at timestamptz not null,
  lane_key text not null,
  body text not null,
  status text not null,
  attempts integer not null default 0, -- all there were
  tries integer not null default 0, -- those since it was owed, or replayed
  due_at timestamptz not null default now(),
  give_up_at timestamptz not null,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  unique (webhook, event_id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

create index delivery_pending on warrener.delivery (webhook, position) where status = 'pending';
create index delivery_waiting on warrener.delivery (webhook, due_at) where status = 'pending';
create index delivery_by_webhook on warrener.delivery (webhook, id desc);

-- Every attempt, with the beginning of what was answered.
create table warrener.delivery_attempt (
  delivery uuid not null, -- no foreign key: it would be looked up at each attempt
  number integer not null,
  at timestamptz not null,
  status integer,
  error text,
  duration_ms integer not null,
  answer text not null,
  primary key (delivery, number)
);

-- How a webhook's receiver is: who sends to it now, since when it fails, until when it is left alone.
create table warrener.webhook_lane (
  webhook text primary key,
  holder text not null,
  leased_until timestamptz not null,
  failures integer not null default 0,
  failing_since timestamptz,
  rest_until timestamptz
) with (fillfactor = 70);
