-- Secrets of brokers, sealed (AES-256-GCM); apart from the events, so that they can be deleted.
create table warrener.secret (
  owner text not null,
  name text not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  primary key (owner, name)
);

-- Read model: the list of brokers. Rebuilt from the events at any time.
create table warrener.broker_view (
  stream text primary key,
  tenant text not null,
  state jsonb not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  id text not null,
  name text not null,
  status text not null
);

create index broker_view_by_tenant on warrener.broker_view (tenant, id desc) where status <> 'deleted';
