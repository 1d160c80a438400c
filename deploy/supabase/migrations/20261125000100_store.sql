-- The store: the event journal, the cursors of its readers, and what durable runs need.
-- Valid on Supabase as it stands; the same files are applied to a local Postgres.

-- Supabase brings these roles; a plain Postgres does not.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['anon', 'authenticated', 'service_role'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin noinherit', wanted);
      exception when duplicate_object or unique_violation then
        null; -- two databases of one server migrated at once: the other one was first
      end;
    end if;
  end loop;
end
$$;

-- Private: never in the list of schemas that PostgREST exposes.
create schema if not exists gesim;
revoke all on schema gesim from public;
grant usage on schema gesim to service_role;

-- Every table is closed to browsers: row level security on and no policy, so that even a grant made by mistake
-- shows nothing. A stage calls this for each of its tables.
create function gesim.protect(tables text) returns void
language plpgsql as $$
declare
  one text;
begin
  foreach one in array string_to_array(regexp_replace(tables, '\s', '', 'g'), ',') loop
    execute format('alter table gesim.%I enable row level security', one);
    execute format('revoke all on table gesim.%I from public, anon, authenticated', one);
    execute format('grant select, insert, update, delete on table gesim.%I to service_role', one);
  end loop;
end
$$;
revoke all on function gesim.protect(text) from public;

-- The journal. A reader that went by `seq` alone would skip an event whose transaction took its number early and
-- committed late. So rows are ordered by (tx, seq), and read only once no older transaction can still commit:
-- tx < pg_snapshot_xmin(pg_current_snapshot()).
create table gesim.journal (
  seq bigint generated always as identity primary key,
  tx xid8 not null default pg_current_xact_id(),
  kind text not null check (length(kind) <= 64),
  version smallint not null default 1,
  intent_id text check (intent_id ~ '^0x[0-9a-f]{64}$'),
  at timestamptz not null default clock_timestamp(),
  body jsonb not null
);
create unique index journal_order on gesim.journal (tx, seq);
create index journal_intent on gesim.journal (intent_id, tx, seq) where intent_id is not null;
create index journal_kind on gesim.journal (kind, tx, seq);

create function gesim.journal_is_append_only() returns trigger
language plpgsql as $$
begin
  raise exception 'the journal is append-only';
end
$$;
create trigger journal_append_only before update or delete on gesim.journal
  for each row execute function gesim.journal_is_append_only();

-- How far each reader has read. The row moves in the transaction that holds the reader's own writes.
create table gesim.journal_cursors (
  reader text primary key,
  tx xid8 not null default '0',
  seq bigint not null default 0,
  moved_at timestamptz not null default now()
);

-- Events that a reader could not take: the first one with its reason, then every later one of the same intent, in
-- order, so that money is never moved on half a story. Other intents go on. See gesim.release_parked.
create table gesim.journal_parked (
  reader text not null,
  seq bigint not null references gesim.journal (seq),
  intent_id text,
  code text not null,
  why text not null,
  attempts integer not null,
  parked_at timestamptz not null default now(),
  released boolean not null default false,
  primary key (reader, seq)
);
create index journal_parked_intent on gesim.journal_parked (reader, intent_id);

-- What an operator calls once the cause is gone: the reader takes the parked events again, in order.
create function gesim.release_parked(of_reader text, of_intent text default null) returns bigint
language plpgsql as $$
declare
  n bigint;
begin
  update gesim.journal_parked set released = true
    where reader = of_reader and (of_intent is null or intent_id = of_intent) and not released;
  get diagnostics n = row_count;
  perform pg_notify('gesim_journal', '*');
  return n;
end
$$;
revoke all on function gesim.release_parked(text, text) from public;

-- Which process holds which job, so that the jobs of a killed process are taken over at once. Unlogged: it means
-- nothing after a crash of the database, where jobs expire by their own clock.
create unlogged table gesim.job_leases (
  job_id uuid primary key,
  queue text not null,
  process_key bigint not null
);

-- Recurring work: due when `next_at` has passed, whichever process comes first.
create table gesim.schedules (
  name text primary key,
  next_at timestamptz not null
);

select gesim.protect('journal, journal_cursors, journal_parked, job_leases, schedules');
