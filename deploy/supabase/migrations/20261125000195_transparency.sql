-- Transparency: an append-only log of receipts' digests, epochs, roots and payouts (RFC 6962). Nothing about a person.

create table gesim.transparency_entries (
  index bigint primary key,
  leaf_hash text not null unique,
  kind text not null,
  -- The entry's bytes: canonical JSON.
  entry text not null,
  intent_id text,
  -- The journal's seq of what was logged: logged once.
  cause bigint not null unique,
  at timestamptz not null default now()
);
create index transparency_entries_intent on gesim.transparency_entries (intent_id);

-- Hashes of complete subtrees: level 0 are leaves, a node of level n covers 2^n entries. Any root or proof of any size
-- needs a logarithm of them.
create table gesim.transparency_nodes (
  level smallint not null,
  place bigint not null,
  hash text not null,
  primary key (level, place)
);

create function gesim.transparency_is_append_only() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception 'the transparency log is append-only';
end $$;
create trigger transparency_append_only before update or delete on gesim.transparency_entries
  for each row execute function gesim.transparency_is_append_only();
create trigger transparency_nodes_fixed before update or delete on gesim.transparency_nodes
  for each row execute function gesim.transparency_is_append_only();

select gesim.protect('transparency_entries, transparency_nodes');

create view gesim.receipt_transparency with (security_invoker = true) as
select intent_id, jsonb_build_object('entries', jsonb_agg(jsonb_build_object(
  'leafHash', leaf_hash, 'index', index, 'kind', kind) order by index)) as part
from gesim.transparency_entries where intent_id is not null group by intent_id;
revoke all on gesim.receipt_transparency from public, anon, authenticated;
grant select on gesim.receipt_transparency to service_role;
