-- Read model: the list of jobs. Rebuilt from the events at any time.
create table warrener.job_view (
  stream text primary key,
  tenant text not null,
  state jsonb not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  id text not null,
  subject text not null,
  status text not null
);

create index job_view_by_tenant on warrener.job_view (tenant, id desc);
create index job_view_by_subject on warrener.job_view (subject, id desc);
