create schema if not exists warrener;

-- One row a stream: its version is what an append compares, its state the fold so far. Updated in place (HOT), hence the room.
create table warrener.stream (
  id text primary key,
  kind text not null,
  tenant text not null,
  version integer not null,
  state jsonb not null,
  state_version integer not null,
  updated_at timestamptz not null default now()
) with (fillfactor = 70);

-- The facts. (epoch, tx, position) orders the whole log: tx is the transaction that wrote, because positions become
-- visible out of order; epoch is raised after a restore, because transaction ids start again in a new cluster.
create table warrener.event (
  epoch integer not null,
  tx xid8 not null default pg_current_xact_id(),
  position bigint generated always as identity,
  stream text not null,
  kind text not null,
  tenant text not null,
  version integer not null,
  type text not null,
  data jsonb not null,
  meta jsonb not null,
  at timestamptz not null default clock_timestamp(),
  primary key (stream, version)
);

create unique index event_by_order on warrener.event (epoch, tx, position);

-- Messages that were decided but are not yet known to be with the broker. Short-lived rows, hence its own vacuum settings.
create table warrener.outbox (
  id uuid primary key,
  queue text not null,
  body jsonb not null,
  due_at timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

create index outbox_by_due on warrener.outbox (due_at);

-- How far each read model and reader has come.
create table warrener.checkpoint (
  consumer text primary key,
  cursor text not null,
  updated_at timestamptz not null default now()
);

create table warrener.log_meta (
  epoch integer not null
);

insert into warrener.log_meta (epoch) values (1);
