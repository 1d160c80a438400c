-- The SM-DS's own database. An EID is never stored: `eid_key` is a keyed hash of it, which is enough to
-- find the events of a card that shows its EID.
-- Several processes may start at once; the lock ends with this transaction.
select pg_advisory_xact_lock(7263542);
create schema if not exists smds;

create table if not exists smds.event (
  eid_key bytea not null,
  event_id text not null,
  rsp_server_address text not null,
  owner text not null,
  forwarded boolean not null,
  expires_at timestamptz not null,
  registered_at timestamptz not null default now(),
  primary key (eid_key, event_id)
);

create index if not exists event_expiry on smds.event (expires_at);
