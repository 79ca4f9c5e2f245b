-- Read models: tenants, tokens, worker pools. Rebuilt from the events at any time.
create table warrener.tenant_view (
  stream text primary key,
  tenant text not null,
  state jsonb not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  id text not null,
  deleted boolean not null
);

create index tenant_view_by_id on warrener.tenant_view (id) where not deleted;

create table warrener.token_view (
  stream text primary key,
  tenant text not null,
  state jsonb not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  id text not null
);

create index token_view_by_tenant on warrener.token_view (tenant, id desc);

create table warrener.pool_view (
  stream text primary key,
  tenant text not null,
  state jsonb not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  name text not null,
  configured boolean not null
);
