-- Bonded demands of PayOnUsage for a hidden leaf or for the signed records behind one. Unanswered they freeze a book.
create table gesim.settlement_demands (
  demand_id text primary key,
  kind text not null check (kind in ('data', 'evidence')),
  intent_id text not null,
  demand jsonb not null,
  open_until bigint not null,
  -- An answer was wished for last; the chain says whether it came through.
  wished_at timestamptz,
  state text not null default 'open' check (state in ('open', 'ended', 'late')),
  heard_at timestamptz not null default now()
);
create index settlement_demands_open on gesim.settlement_demands (open_until) where state = 'open';
select gesim.protect('settlement_demands');
