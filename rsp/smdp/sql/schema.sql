-- The SM-DP+'s own database. What names a profile or a card stands encrypted in `body` and `package`
-- (AES-256-GCM); the `*_key` columns are keyed hashes, so that rows can be found and not read.
-- Several processes may start at once; the lock ends with this transaction.
select pg_advisory_xact_lock(7263541);
create schema if not exists smdp;

create table if not exists smdp.profile (
  key bytea primary key,
  operator text not null,
  profile_type text not null,
  state text not null,
  matching_key bytea constraint profile_matching_key unique,
  default_key bytea,
  call_key bytea constraint profile_call_key unique,
  transaction_keys bytea[] not null default '{}',
  body bytea not null,
  package bytea,
  updated_at timestamptz not null
);

create index if not exists profile_available on smdp.profile (operator, profile_type, updated_at)
  where state = 'Available';
create index if not exists profile_default on smdp.profile (default_key, updated_at) where default_key is not null;
create index if not exists profile_transactions on smdp.profile using gin (transaction_keys);
create index if not exists profile_ended on smdp.profile (updated_at)
  where state in ('Installed', 'Error', 'Unavailable');

create table if not exists smdp.message (
  id bigint generated always as identity primary key,
  target_key bytea not null,
  body bytea not null,
  attempts integer not null default 0,
  due_at timestamptz not null default now()
);

create index if not exists message_due on smdp.message (target_key, id);

alter table smdp.profile add column if not exists expires_at timestamptz;
create index if not exists profile_type on smdp.profile (operator, profile_type);
create index if not exists profile_expired on smdp.profile (expires_at) where expires_at is not null;

-- Sessions of downloads, when several processes share them. Losing them in a crash costs a phone one more attempt, so
-- they are not logged.
create unlogged table if not exists smdp.session (
  key bytea primary key,
  body bytea not null,
  started_at timestamptz not null
);

create index if not exists session_started on smdp.session (started_at);
