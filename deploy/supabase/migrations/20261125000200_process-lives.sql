-- Who works on what, while it lives: a process holds an advisory lock for as long as its listening session does.

create function gesim.process_lives(key bigint) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from pg_catalog.pg_locks k
    where k.locktype = 'advisory' and k.objsubid = 1 and k.granted
      and k.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
      and ((k.classid::bigint << 32) | k.objid::bigint) = key)
$$;
revoke all on function gesim.process_lives(bigint) from public;

-- The process that works on a request: when it is gone, the repeat does the work.
alter table gesim.node_idempotency add column process_key bigint;
